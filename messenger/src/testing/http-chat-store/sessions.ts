import {
  CreateSessionResponseSchema,
  SessionSchema,
} from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import type { CallerStore } from "../chat-store/under-test.ts";
import { sessionOf } from "./from-wire.ts";
import type { Parts } from "./parts.ts";

const SELF = "/v1/chat-sessions/self";

export function httpSessions({ caller }: Parts): Pick<CallerStore, "saveSession" | "findSession" | "deleteSession"> {
  return {
    async saveSession(key, alias = "") {
      const body = { alias };
      const made = await caller.ask({ key }, CreateSessionResponseSchema, "POST", "/v1/chat-sessions", { body });
      const session = sessionOf(made.session);
      if (session) return session;
      throw new Error("a session was made at no time");
    },
    findSession: async (key) => sessionOf(await caller.ask({ key }, SessionSchema, "GET", SELF)),
    deleteSession: async (key) => caller.tell({ key }, "DELETE", SELF),
  };
}
