import { createContextKey, type ContextKey, type HandlerContext } from "@connectrpc/connect";
import type { Grant } from "../access/caller.ts";

/** Where authentication leaves what it found out. */
export const grantKey: ContextKey<Grant | undefined> = createContextKey<Grant | undefined>(undefined, {
  description: "grant",
});

/** Who calls and what the policy grants them for the RPC at hand. */
export function grantOf(context: Pick<HandlerContext, "values">): Grant {
  const grant = context.values.get(grantKey);
  if (!grant) throw new Error("the call was not authenticated: its handler runs outside the RPC server");
  return grant;
}
