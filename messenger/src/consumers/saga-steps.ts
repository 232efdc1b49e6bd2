import { EraseChatsSchema } from "@animal-delivery/contracts/gen/messenger/v1/messenger_commands_pb";
import { command, step, type Step } from "@animal-delivery/platform/saga/step";
import { eraseSpeaker } from "../app/erase-speaker.ts";
import type { ChatStore } from "../store/chat-store.ts";

/** The step that the messenger takes in sagas: `chats` of a deletion. */
export function sagaSteps(store: Pick<ChatStore, "deleteSession" | "sweep">): Step[] {
  return [
    step("chats", {
      // In transactions of its own: what it erases stays erased, however often it takes to erase all.
      take: command(EraseChatsSchema, ({ database }, { userId }) => eraseSpeaker(database, store, userId)),
    }),
  ];
}
