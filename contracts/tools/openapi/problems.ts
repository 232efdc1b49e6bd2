import type { Contract, Rpc } from "../contract/read-contract.ts";
import type { Binding } from "../contract/options.ts";
import { domainOf, readReasons, reasonEnums, slugOf, type ReasonInfo } from "../contract/reasons.ts";
import { headers } from "./answers.ts";
import type { Face } from "./face.ts";
import type { JsonObject } from "./json.ts";

/** The answers that refuse; each that was asked for ends up in `components.responses`, its examples in `components.examples`. */
export interface Problems {
  /** The answers for these reasons, by status. A reason is `common.TOKEN_INVALID` or `orders.ORDER_NOT_FOUND`. */
  answers(reasons: readonly string[]): JsonObject;
  components(): { responses: JsonObject; examples: JsonObject };
}

export function createProblems(contract: Contract, face: Face): Problems {
  const known = new Map(readReasons(contract).map((info) => [`${info.domain}.${info.reason}`, info]));
  const responses = new Map<string, JsonObject>();
  const used = new Map<string, ReasonInfo>();

  return {
    answers(reasons) {
      const infos = reasons.map((name) => {
        const info = known.get(name);
        if (!info) throw new Error(`${name} is not a reason of the contract`);
        used.set(name, info);
        return info;
      });
      const byStatus = Map.groupBy(infos, (info) => info.kind.status);
      return Object.fromEntries(
        [...byStatus].map(([status, group]) => {
          const name = [status, ...group.map((info) => `${info.domain}.${info.reason}`)].join(".");
          responses.set(name, responseOf(status, group, face));
          return [status, { $ref: `#/components/responses/${name}` }];
        }),
      );
    },
    components: () => ({
      responses: sorted(responses),
      examples: sorted(new Map([...used].map(([name, info]) => [name, exampleOf(info, face)]))),
    }),
  };
}

/** Every reason for which a route may refuse: the RPC's own, and those of any RPC that can happen to this one. */
export function reasonsOf(contract: Contract, rpc: Rpc, binding: Binding, face: Face): string[] {
  const { method, reads } = rpc;
  const has = (name: string) => method.input.fields.some((field) => field.name === name);
  const common = [
    "REQUEST_INVALID",
    ...(has("page_token") ? ["PAGE_TOKEN_INVALID"] : []),
    "TOKEN_INVALID",
    ...(isPublic(contract, rpc) ? [] : ["ACCESS_DENIED"]),
    ...(reads ? [] : ["CSRF_REFUSED", "IDEMPOTENCY_TWIN_RUNNING"]),
    ...(has("etag") ? ["ETAG_STALE"] : []),
    ...(binding.body === "" ? [] : ["REQUEST_TOO_LARGE", "MEDIA_TYPE_UNSUPPORTED"]),
    ...(reads ? [] : ["IDEMPOTENCY_KEY_REUSED"]),
    "RATE_LIMITED",
    "INTERNAL",
    "UNAVAILABLE",
    "DEADLINE_EXCEEDED",
  ];
  const own = reasonEnums(contract).find((reasons) => reasons.file.proto.package === method.parent.file.proto.package);
  const domain = own ? domainOf(own) : "";
  const happens = (reason: string) => face.refuses(rpc, reason);
  return [
    ...rpc.refusals.filter(happens).map((reason) => `${domain}.${reason}`),
    ...common.filter(happens).map((reason) => `common.${reason}`),
  ];
}

/** Whether callers without a token may call it. */
export function isPublic({ policy }: Contract, { access }: Rpc): boolean {
  return policy.allows({ role: "anonymous", relation: "any", resource: "", action: "", ...access });
}

const STATUS_HEADERS: Record<number, JsonObject> = {
  401: headers("WWW-Authenticate"),
  429: headers("Retry-After"),
  503: headers("Retry-After"),
};

function responseOf(status: number, infos: readonly ReasonInfo[], face: Face): JsonObject {
  const examples = infos.map(({ domain, reason }) => [reason, { $ref: `#/components/examples/${domain}.${reason}` }]);
  return {
    description: infos.map((info) => `\`${info.reason}\`: ${info.description}`).join("\n\n"),
    headers: { ...face.headers, ...STATUS_HEADERS[status] },
    content: {
      "application/problem+json": {
        schema: { $ref: "#/components/schemas/Problem" },
        examples: Object.fromEntries(examples) as JsonObject,
      },
    },
  };
}

function exampleOf({ domain, reason, kind, description }: ReasonInfo, { origin }: Face): JsonObject {
  const value: JsonObject = {
    type: `${origin}/problems/${domain}/${slugOf(reason)}`,
    title: kind.title,
    status: kind.status,
    detail: description,
    reason,
    request_id: "01982f5e-7c00-7000-8000-00000000000f",
  };
  if (reason === "REQUEST_INVALID") value["errors"] = [{ field: "items[0].quantity", message: "must be at least 1" }];
  return { summary: kind.title, value };
}

function sorted(map: ReadonlyMap<string, JsonObject>): JsonObject {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
