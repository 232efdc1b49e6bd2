import { interactionPolicy } from "oidc-provider";

const { base, Check } = interactionPolicy;

/** When the sign-in page is shown: as oidc-provider has it, and where a browser's session is of somebody who may not sign in. */
export function policy(): interactionPolicy.Prompt[] {
  const prompts = base();
  const reason = "End-User may not sign in any more";
  prompts.get("login")?.checks.add(
    // oidc-provider takes it for granted that the account is there.
    new Check("no_account", reason, ({ oidc }) => oidc.session?.accountId !== undefined && oidc.account === undefined),
  );
  return prompts;
}
