import type { Call } from "./call.ts";
import type { Hints } from "./hints.ts";
import { keysOfChat } from "./keys.ts";
import type { Found } from "./places.ts";
import { pairsOf } from "./rows.ts";

/** What there is of a chat. Of one that is no more everything is freed, the hints of those who were in it, too. */
export async function buryChat(call: Call, hints: Hints, chatId: string): Promise<Found> {
  let dropped: readonly string[] = [];
  for (;;) {
    const [until, ...people] = await call("buryChat", keysOfChat(chatId), "", ...dropped);
    if (until !== "gone") return { until: until === "" ? undefined : Number(until) };
    if (people.length === 0) return "gone";
    const left = pairsOf(people);
    await Promise.all(
      left.flatMap(([memberId, since]) => [
        hints.drop(memberId, "chats", chatId, since + 1),
        hints.drop(memberId, "asked", chatId, since + 1),
      ]),
    );
    dropped = left.map(([memberId]) => memberId);
  }
}
