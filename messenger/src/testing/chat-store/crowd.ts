import type { Standing } from "../../domain/chat.ts";
import type { Speaker } from "../../domain/speaker.ts";
import { type GivenChat, givenAsker, givenChat, givenMember, named } from "./people.ts";
import type { CallerStore } from "./under-test.ts";

/** A chat with one of each standing, and another member and another asker to do something about. */
export interface Crowd extends GivenChat, Record<Exclude<Standing, "creator">, Speaker> {
  readonly another: Speaker;
  readonly anotherAsker: Speaker;
}

/** A kind of chat. */
export interface Kind {
  readonly isPrivate: boolean;
  readonly isReadOnly: boolean;
}

export async function givenCrowd(store: CallerStore, { isPrivate, isReadOnly }: Kind): Promise<Crowd> {
  const chat = await givenChat(store, { isPrivate, isReadOnly });
  const [member, another] = [named("Boris"), named("Clara")];
  const [asker, anotherAsker] = [named("Dora"), named("Emil")];
  if (isPrivate) {
    for (const each of [member, another]) await givenMember(store, chat, each);
    for (const each of [asker, anotherAsker]) await givenAsker(store, chat, each);
  }
  return { ...chat, member, another, asker, anotherAsker, stranger: named("Fedor") };
}
