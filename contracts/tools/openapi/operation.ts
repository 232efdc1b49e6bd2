import type { Contract, Rpc } from "../contract/read-contract.ts";
import type { Binding } from "../contract/options.ts";
import { answersOf } from "./answers.ts";
import { compact, type JsonObject } from "./json.ts";
import { parametersOf } from "./parameters.ts";
import type { Face } from "./face.ts";
import { reasonsOf, type Problems } from "./problems.ts";
import { requestBodyOf } from "./request-body.ts";
import type { Schemas } from "./schemas.ts";

export interface Parts {
  readonly schemas: Schemas;
  readonly problems: Problems;
  readonly face: Face;
}

/** One route of an RPC. The first route has the RPC's name as its id, further ones are numbered. */
export function operationOf(
  contract: Contract,
  rpc: Rpc,
  index: number,
  { schemas, problems, face }: Parts,
): JsonObject {
  const { method } = rpc;
  const binding = rpc.bindings[index] as Binding;
  const example = JSON.parse(contract.options.example(method.input) ?? "{}") as JsonObject;
  const description = contract.commentOf(method);
  const { text, security, access } = face.callersOf(contract, rpc);
  return compact({
    operationId: `${method.parent.name}_${method.name}${index === 0 ? "" : `_${index + 1}`}`,
    tags: [method.parent.name],
    summary: summaryOf(description),
    description: `${description}\n\n${text}`,
    deprecated: method.deprecated || undefined,
    security,
    parameters: parametersOf(rpc, binding, schemas, example),
    requestBody: requestBodyOf(rpc, binding, schemas, example),
    responses: {
      ...answersOf(contract, rpc, binding, { schemas, common: face.headers }),
      ...problems.answers(reasonsOf(contract, rpc, binding, face)),
    },
    "x-access": access,
  });
}

/** The first sentence, without its full stop. */
function summaryOf(description: string): string {
  const [sentence = ""] = description.split(/(?<=[.:]) /);
  return sentence.replace(/[.:]$/, "");
}
