import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import type { SessionSchema, SessionService } from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import { memberIdOf, type Session } from "../domain/speaker.ts";
import type { Parts } from "./parts.ts";

export function sessionService({ store, callers }: Parts): ServiceImpl<typeof SessionService> {
  return {
    async createSession({ alias }, context) {
      const { key, sessionId } = await callers.newSession(context);
      const session = await store.saveSession(key, alias === "" ? undefined : alias);
      return { session: sessionMessage(key, session), sessionId };
    },

    async getSession(_request, context) {
      const key = callers.keyOf(context);
      return { session: sessionMessage(key, await store.findSession(key)) };
    },

    async deleteSession(_request, context) {
      await store.deleteSession(callers.keyOf(context));
      return {};
    },
  };
}

function sessionMessage(key: string, session: Session | undefined): MessageInitShape<typeof SessionSchema> {
  return {
    memberId: memberIdOf(key),
    alias: session?.alias ?? "",
    ...(session && { createdAt: timestampFromDate(session.createdAt) }),
  };
}
