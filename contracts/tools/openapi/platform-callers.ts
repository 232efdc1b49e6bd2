import type { Contract, Rpc } from "../contract/read-contract.ts";
import type { JsonObject } from "./json.ts";

/** Who may call an operation. */
export interface Callers {
  /** For people. */
  readonly text: string;
  /** Other ways to authenticate than the document's own. */
  readonly security?: readonly JsonObject[];
  /** For tools: what the policy says. */
  readonly access?: AccessInfo;
}

/** Callers in the platform: they have roles, and a policy says what these may do. */
export function platformCallers(contract: Contract, rpc: Rpc): Callers {
  const access = accessOf(contract, rpc);
  const isOpen = "anonymous" in access.roles;
  return { text: accessText(access), access, ...(isOpen && { security: [{}, { bearer: [] }, { session: [] }] }) };
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
