import type { Contract, Rpc } from "../contract/read-contract.ts";
import type { Binding } from "../contract/options.ts";
import { answersOf } from "./answers.ts";
import { compact, type JsonObject } from "./json.ts";
import { parametersOf } from "./parameters.ts";
import { reasonsOf, type Problems } from "./problems.ts";
import { requestBodyOf } from "./request-body.ts";
import type { Schemas } from "./schemas.ts";

/** One route of an RPC. The first route has the RPC's name as its id, further ones are numbered. */
export function operationOf(
  contract: Contract,
  rpc: Rpc,
  index: number,
  { schemas, problems }: { schemas: Schemas; problems: Problems },
): JsonObject {
  const { method } = rpc;
  const binding = rpc.bindings[index] as Binding;
  const example = JSON.parse(contract.options.example(method.input) ?? "{}") as JsonObject;
  const description = contract.commentOf(method);
  const access = accessOf(contract, rpc);
  return compact({
    operationId: `${method.parent.name}_${method.name}${index === 0 ? "" : `_${index + 1}`}`,
    tags: [method.parent.name],
    summary: summaryOf(description),
    description: `${description}\n\n${accessText(access)}`,
    deprecated: method.deprecated || undefined,
    security: "anonymous" in access.roles ? [{}, { bearer: [] }, { session: [] }] : undefined,
    parameters: parametersOf(rpc, binding, schemas, example),
    requestBody: requestBodyOf(rpc, binding, schemas, example),
    responses: {
      ...answersOf(contract, rpc, binding, schemas),
      ...problems.answers(reasonsOf(contract, rpc, binding)),
    },
    "x-access": access,
  });
}

/** The first sentence, without its full stop. */
function summaryOf(description: string): string {
  const [sentence = ""] = description.split(/(?<=[.:]) /);
  return sentence.replace(/[.:]$/, "");
}

interface AccessInfo {
  readonly resource: string;
  readonly action: string;
  /** The roles that may call, each with the relations to the resource that it needs. */
  readonly roles: Record<string, string[]>;
}

function accessOf({ policy }: Contract, { access }: Rpc): AccessInfo {
  const { resource = "", action = "" } = access ?? {};
  const cells = policy.roles.map((role): [string, string[]] => {
    const granted = ["any", ...policy.relations].filter((relation) =>
      policy.allows({ role, resource, action, relation }),
    );
    return [role, granted.includes("any") ? ["any"] : granted];
  });
  return { resource, action, roles: Object.fromEntries(cells.filter(([, relations]) => relations.length > 0)) };
}

function accessText({ roles }: AccessInfo): string {
  if ("anonymous" in roles) return "Anybody may call this.";
  const texts = Object.entries(roles).map(([role, relations]) => {
    return relations.includes("any") ? `\`${role}\`` : `\`${role}\` (being its ${relations.join(" or ")})`;
  });
  return `Roles: ${texts.join(", ")}.`;
}
