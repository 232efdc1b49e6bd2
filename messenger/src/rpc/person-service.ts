import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import type { PersonService } from "@animal-delivery/contracts/gen/messenger/v1/person_service_pb";
import type { Database } from "@animal-delivery/platform/db/database";
import { readPage } from "@animal-delivery/platform/page";
import { digitsAt, idAt, timeAt } from "@animal-delivery/platform/page-position";
import { grantOf } from "@animal-delivery/platform/rpc/grant";
import { memberIdOf } from "../domain/speaker.ts";
import { listMembershipsOf } from "../store/postgres/memberships-of.ts";
import { listMessagesOf } from "../store/postgres/messages-of.ts";
import { chatMessage } from "./chat-message.ts";
import { messageMessage } from "./message-message.ts";
import { pageOf } from "./page-of.ts";

/** What is kept of the caller, over RPC. Whoever calls is told of themselves alone. */
export function personService(db: Database): ServiceImpl<typeof PersonService> {
  return {
    async listMyMemberships(request, context) {
      const memberId = memberIdOf(grantOf(context).caller.actor);
      const list = pageOf(
        ["memberships"],
        (after, limit) => listMembershipsOf(db, memberId, after, limit),
        ({ since, chat }) => ({ at: since.getTime(), id: chat.chatId }),
      );
      const { items, nextPageToken } = await list(request);
      const memberships = items.map(({ chat, alias, since }) => ({
        chat: chatMessage(chat),
        alias,
        since: timestampFromDate(since),
      }));
      return { memberships, nextPageToken };
    },

    async listMyMessages(request, context) {
      const memberId = memberIdOf(grantOf(context).caller.actor);
      const { items, nextPageToken } = await readPage(request, {
        filters: ["my-messages"],
        positionOf: (key) => ({ at: timeAt(key, 0).getTime(), chatId: idAt(key, 1), sequence: digitsAt(key, 2) }),
        read: (after, limit) => listMessagesOf(db, memberId, after, limit),
        keyOf: ({ sentAt, chatId, sequence }) => [String(sentAt.getTime()), chatId, String(sequence)],
      });
      return { messages: items.map((message) => messageMessage(message.chatId, message)), nextPageToken };
    },
  };
}
