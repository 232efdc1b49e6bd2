import { tokenInvalid } from "@animal-delivery/platform/access/token-invalid";
import type { Authenticator } from "@animal-delivery/platform/rpc/authenticate";
import { grantKey } from "@animal-delivery/platform/rpc/grant";
import { createContextKey, type HandlerContext } from "@connectrpc/connect";
import type { Callers } from "../callers.ts";
import { type Speaker, speakerOf } from "../domain/speaker.ts";

const SCHEME = "Speaker ";

const speakerKey = createContextKey<Speaker | undefined>(undefined, { description: "speaker" });

/** The value of `authorization` for somebody whom the test made up: it says who they are, and is believed. */
export function credentialOf({ key, alias }: Pick<Speaker, "key"> & Partial<Speaker>): string {
  return SCHEME + Buffer.from(JSON.stringify({ key, alias })).toString("base64url");
}

/** Believes credentials. The real ones have tests of their own. */
export const knownSpeakers: Authenticator = {
  async authenticate({ requestHeader, values }) {
    // Over HTTP it was found out before the body was read; the call inside has no such header any more.
    if (values.get(speakerKey)) return;
    const credential = requestHeader.get("authorization");
    if (!credential?.startsWith(SCHEME)) throw tokenInvalid("nobody calls");
    const text = Buffer.from(credential.slice(SCHEME.length), "base64url").toString();
    const { key, alias } = JSON.parse(text) as Pick<Speaker, "key" | "alias">;
    const speaker = speakerOf(key, alias);
    const caller = { peer: "", user: undefined, roles: [], actor: speaker.memberId };
    values.set(speakerKey, speaker).set(grantKey, { caller, relations: new Set(["any"] as const) });
  },
  recheck: () => undefined,
};

/** As inside a platform: everybody has a session whether or not they made it. */
export const knownCallers: Callers = {
  newSession: async (context) => ({ key: speakerIn(context).key, sessionId: "" }),
  keyOf: (context) => speakerIn(context).key,
  speakerOf: async (context) => speakerIn(context),
};

function speakerIn({ values }: HandlerContext): Speaker {
  const speaker = values.get(speakerKey);
  if (!speaker) throw new Error("the call was not authenticated");
  return speaker;
}
