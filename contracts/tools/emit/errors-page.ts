import { readFile } from "node:fs/promises";
import type { Contract, Rpc } from "../contract/read-contract.ts";
import { readKinds, readReasons, slugOf, type Kind, type ReasonInfo } from "../contract/reasons.ts";
import { PLATFORM } from "../openapi/face.ts";
import { isPublic, reasonsOf } from "../openapi/problems.ts";

const INTRODUCTION = new URL("errors-introduction.md", import.meta.url);

/**
 * docs/errors.md: every kind and every reason, and who may answer it. A reason's anchor is its problem's address with dashes,
 * `#orders-order-not-found`, a kind's is `#kind-` and its name; neither depends on how a renderer treats headings.
 */
export async function errorsPage(contract: Contract): Promise<string> {
  const reasons = readReasons(contract);
  const domains = [...Map.groupBy(reasons, (info) => info.domain)];
  const sections = [
    (await readFile(INTRODUCTION, "utf8")).trim(),
    "## Kinds",
    kindsTable(readKinds(contract), reasons),
    ...domains.flatMap(([domain, infos]) => [
      domain === "common" ? "## Reasons of every service" : `## Reasons of ${domain}`,
      ...infos.flatMap((info) => reasonSection(contract, info)),
    ]),
  ];
  return `${sections.join("\n\n")}\n`;
}

function kindsTable(kinds: readonly Kind[], reasons: readonly ReasonInfo[]): string {
  const rows = kinds.map(({ name, status, grpcCode, title, description }) => {
    const links = reasons
      .filter((info) => info.kind.name === name)
      .map((info) => `[${info.reason}](#${anchorOf(info)})`);
    return [
      `<a id="kind-${name}"></a>\`${name}\``,
      status,
      `\`${grpcCode}\``,
      title,
      description,
      links.join(", ") || "–",
    ];
  });
  const header = ["Kind", "HTTP", "gRPC", "Title", "Meaning", "Reasons"];
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function reasonSection(contract: Contract, info: ReasonInfo): string[] {
  const { domain, reason, kind, description } = info;
  const facts = [
    `[${kind.name}](#kind-${kind.name})`,
    `HTTP ${kind.status}`,
    `gRPC \`${kind.grpcCode}\``,
    `\`/problems/${domain}/${slugOf(reason)}\``,
  ];
  return [
    `<a id="${anchorOf(info)}"></a>`,
    `### ${reason}`,
    description,
    facts.join(" · "),
    `Answered by ${domain === "common" ? whoOfAll(contract, reason) : namesOf(contract.rpcs.filter(refusesFor(info)))}.`,
  ];
}

/** Groups of RPCs that are shorter said than listed. */
const GROUPS: readonly (readonly [string, (contract: Contract, rpc: Rpc) => boolean])[] = [
  ["every RPC", () => true],
  ["every RPC that writes", (_, rpc) => !rpc.reads],
  ["every RPC that takes a body", (_, { bindings }) => bindings.some(({ body }) => body !== "")],
  ["every RPC that needs a role", (contract, rpc) => !isPublic(contract, rpc)],
];

/** Who may answer a reason of all services, as the API reference has it. */
function whoOfAll(contract: Contract, reason: string): string {
  const routed = contract.rpcs.filter(({ bindings }) => bindings.length > 0);
  const answering = routed.filter((rpc) => {
    return rpc.bindings.some((binding) => reasonsOf(contract, rpc, binding, PLATFORM).includes(`common.${reason}`));
  });
  if (answering.length === 0) return "the gateway, when no RPC is meant";
  const group = GROUPS.find(([, holds]) => {
    return routed.every((rpc) => holds(contract, rpc) === answering.includes(rpc));
  });
  return group?.[0] ?? namesOf(answering);
}

function refusesFor({ domain, reason }: ReasonInfo): (rpc: Rpc) => boolean {
  return ({ name, refusals }) => name.startsWith(`${domain}.`) && refusals.includes(reason);
}

function namesOf(rpcs: readonly Rpc[]): string {
  return rpcs.map(({ method }) => `\`${method.parent.name}.${method.name}\``).join(", ") || "no RPC";
}

function anchorOf({ domain, reason }: ReasonInfo): string {
  return `${domain}-${slugOf(reason)}`;
}
