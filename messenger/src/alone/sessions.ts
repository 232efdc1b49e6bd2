import { randomUUID } from "node:crypto";
import { SessionService } from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import { tokenInvalid } from "@animal-delivery/platform/access/token-invalid";
import { DomainError } from "@animal-delivery/platform/errors";
import type { Authenticator } from "@animal-delivery/platform/rpc/authenticate";
import { grantKey } from "@animal-delivery/platform/rpc/grant";
import { isInfrastructure } from "@animal-delivery/platform/rpc/infrastructure";
import { createContextKey, type HandlerContext } from "@connectrpc/connect";
import type { DescMethod } from "@bufbuild/protobuf";
import type { Callers } from "../callers.ts";
import { keyOfSession, speakerOf, type Speaker } from "../domain/speaker.ts";
import type { ChatStore } from "../store/chat-store.ts";

const CREDENTIAL = /^Session +([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Where authentication leaves who speaks. */
const speakerKey = createContextKey<Speaker | undefined>(undefined, { description: "speaker" });

/**
 * Takes the id of a session, `authorization: Session <id>`, for who calls: whoever has it is its owner. Its hash alone goes further
 * than this; in logs a caller is their member id.
 */
export function sessionAuthenticator({
  findSession,
  touchSession,
}: Pick<ChatStore, "findSession" | "touchSession">): Authenticator {
  return {
    async authenticate({ method, requestHeader, values }) {
      // Over HTTP it was found out before, so that no body is read of somebody who is not known.
      if (isOpen(method) || values.get(speakerKey)) return;
      const key = keyOfSession(sessionIdIn(requestHeader));
      const session = await touchSession(key);
      if (!session) throw tokenInvalid("there is no such session");
      const speaker = speakerOf(key, session.alias);
      const caller = { peer: "", user: undefined, roles: [], actor: speaker.memberId };
      values.set(speakerKey, speaker).set(grantKey, { caller, relations: new Set(["any"] as const) });
    },
    async recheck(values) {
      const speaker = values.get(speakerKey);
      if (!speaker) return;
      const session = await findSession(speaker.key).catch(ignoreOutage);
      if (!session) throw tokenInvalid("the session has ended");
    },
  };
}

/**
 * Callers with sessions of their own. Whoever is to say or make something is looked up again, now that the body is there: a session
 * may have ended while it arrived, and nobody could delete what is made for it then.
 */
export function sessionCallers({ findSession }: Pick<ChatStore, "findSession">): Callers {
  return {
    newSession: async () => {
      const sessionId = randomUUID();
      return { key: keyOfSession(sessionId), sessionId };
    },
    keyOf: (context) => speakerIn(context).key,
    speakerOf: async (context) => {
      const { key } = speakerIn(context);
      const session = await findSession(key);
      if (!session) throw tokenInvalid("the session has ended");
      return speakerOf(key, session.alias);
    },
  };
}

function speakerIn({ values }: HandlerContext): Speaker {
  const speaker = values.get(speakerKey);
  if (!speaker) throw new Error("the call was not authenticated: its handler runs outside the gate");
  return speaker;
}

/** Whether anybody may call: health, reflection, and who wants a session. */
function isOpen(method: DescMethod): boolean {
  return isInfrastructure(method) || method === SessionService.method.createSession;
}

function sessionIdIn(header: Headers): string {
  const authorization = header.get("authorization");
  if (authorization === null) throw tokenInvalid("this operation needs a session");
  const [, sessionId] = CREDENTIAL.exec(authorization) ?? [];
  if (sessionId === undefined) throw tokenInvalid("the authorization header holds no session id");
  return sessionId;
}

/** While the store is away nobody can say that a session has ended: whoever follows a chat goes on. */
function ignoreOutage(error: unknown): true {
  if (error instanceof DomainError && error.kind === "unavailable") return true;
  throw error;
}
