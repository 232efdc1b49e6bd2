import type { Contract, Rpc } from "../contract/read-contract.ts";
import type { Face } from "./face.ts";
import { type JsonObject } from "./json.ts";
import { operationOf } from "./operation.ts";
import { openapiPath } from "./route-path.ts";
import { createProblems, type Problems } from "./problems.ts";
import { createSchemas } from "./schemas.ts";

/** What is written by hand: everything that does not follow from the contract. */
export interface BaseDocument extends JsonObject {
  readonly tags: readonly JsonObject[];
  readonly paths: Record<string, Record<string, JsonObject>>;
  readonly components: Record<string, JsonObject>;
}

/** The OpenAPI 3.1 document of a face: the hand-written base with every REST route of the contract that it serves. */
export function openapiDocument(contract: Contract, base: BaseDocument, face: Face): JsonObject {
  const schemas = createSchemas(contract.commentOf);
  const problems = createProblems(contract, face);
  const rpcs = contract.rpcs.filter(face.serves);
  const paths: Record<string, JsonObject> = {};
  for (const rpc of rpcs) {
    for (const [index, { verb, path }] of rpc.bindings.entries()) {
      const item = (paths[openapiPath(path)] ??= {});
      item[verb] = operationOf(contract, rpc, index, { schemas, problems, face });
    }
  }
  Object.assign(paths, expandProblems(base.paths, problems));

  const { responses, examples } = problems.components();
  return {
    ...base,
    tags: [...tagsOf(contract, rpcs), ...base.tags],
    paths,
    components: {
      ...base.components,
      schemas: { ...base.components["schemas"], ...schemas.components() },
      responses,
      examples,
    },
  };
}

function tagsOf({ commentOf }: Contract, rpcs: readonly Rpc[]): JsonObject[] {
  const services = new Set(rpcs.filter((rpc) => rpc.bindings.length > 0).map((rpc) => rpc.method.parent));
  return [...services].map((service) => ({ name: service.name, description: commentOf(service) }));
}

/** In the hand-written paths `x-problems` lists reasons; here it becomes their answers. */
function expandProblems(paths: BaseDocument["paths"], problems: Problems): Record<string, JsonObject> {
  const expand = ({ "x-problems": reasons = [], ...operation }: JsonObject) => ({
    ...operation,
    responses: { ...(operation["responses"] as JsonObject), ...problems.answers(reasons as string[]) },
  });
  return Object.fromEntries(
    Object.entries(paths).map(([path, item]) => {
      return [path, Object.fromEntries(Object.entries(item).map(([verb, operation]) => [verb, expand(operation)]))];
    }),
  );
}
