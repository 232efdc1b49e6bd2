import { describe, expect, it } from "vitest";
import type { Participant } from "../../domain/chat.ts";
import type { ListPosition } from "../../store/list-position.ts";
import { atOnce } from "./many.ts";
import { givenAsker, givenChat, givenMember, givenPrivateChat, named } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

type Page<T> = (after: ListPosition | undefined, limit: number) => Promise<readonly T[]>;

/** Lists in their order, and a page at a time. */
export function listContract(at: () => UnderTest): void {
  describe("listChats", () => {
    /** Of those who made all their chats, and so joined each when it was made. */
    const mine =
      (key: string): Page<ListPosition> =>
      async (after, limit) => {
        const chats = await at().store.listChats(key, after, limit);
        return chats.map(({ chatId, createdAt }) => ({ id: chatId, at: createdAt.getTime() }));
      };

    it("lists none of nobody", async () => {
      expect(await at().store.listChats(named().key, undefined, 10)).toEqual([]);
    });

    it("lists the chat last joined first, whenever it was made", async () => {
      const boris = named("Boris");
      const old = await givenPrivateChat(at().store);
      const chatIds = [];
      for (const _ of [1, 2]) {
        await at().advance(1_000);
        chatIds.push((await givenChat(at().store, {}, boris)).chatId);
      }
      await at().advance(1_000);
      await givenMember(at().store, old, boris);

      const listed = await at().store.listChats(boris.key, undefined, 10);

      expect(listed.map(({ chatId }) => chatId)).toEqual([old.chatId, ...chatIds.toReversed()]);
    });

    it("lists each as its caller sees it", async () => {
      const boris = named("Boris");
      const chat = await givenPrivateChat(at().store, { title: "Otters", ttlMs: 60_000 });
      await givenMember(at().store, chat, boris);

      const [seen] = await at().store.listChats(boris.key, undefined, 10);

      expect(seen).toMatchObject(await at().store.findChat(chat.chatId, boris.key));
    });

    it("lists page by page all of those made at once, equal times by id, the greatest first", async () => {
      const boris = named("Boris");
      await Promise.all(atOnce(20, async () => givenChat(at().store, {}, boris)));
      await at().advance(1_000);
      await Promise.all(atOnce(5, async () => givenChat(at().store, {}, boris)));

      const listed = await pagesOf(mine(boris.key), (each) => each, 7);

      expect(listed).toHaveLength(25);
      expect(listed).toEqual(listed.toSorted(earlierFirst).toReversed());
      expect(await mine(boris.key)(undefined, 100)).toEqual(listed);
    });

    it("goes on after a chat that is not there any more", async () => {
      const boris = named("Boris");
      for (const _ of [1, 2, 3]) {
        await givenChat(at().store, {}, boris);
        await at().advance(1_000);
      }
      const [first, second, third] = await onePerPage(mine(boris.key), (each) => each);
      await at().store.deleteChat(second?.id ?? "", boris.key);

      expect(await mine(boris.key)(second, 10)).toEqual([third]);
      expect(await mine(boris.key)(first, 10)).toEqual([third]);
      expect(await mine(boris.key)(third, 10)).toEqual([]);
    });

    it("goes on with none that was joined since the page before", async () => {
      const boris = named("Boris");
      await givenChat(at().store, {}, boris);
      await at().advance(1_000);
      await givenChat(at().store, {}, boris);
      const [newest, oldest] = await onePerPage(mine(boris.key), (each) => each);
      await at().advance(1_000);
      await givenChat(at().store, {}, boris);

      expect(await mine(boris.key)(newest, 10)).toEqual([oldest]);
    });

    it("fills its pages with chats that live, however many have expired", async () => {
      const boris = named("Boris");
      const living = await givenChat(at().store, {}, boris);
      await at().advance(1_000);
      for (const _ of [1, 2, 3]) await givenChat(at().store, { ttlMs: 1_000 }, boris);
      await at().advance(1_000);

      expect((await mine(boris.key)(undefined, 2)).map(({ id }) => id)).toEqual([living.chatId]);
    });
  });

  describe.each(["listJoinRequests", "listMembers"] as const)("%s", (list) => {
    const come = list === "listMembers" ? givenMember : givenAsker;
    const people =
      (chatId: string, key: string): Page<Participant> =>
      async (after, limit) =>
        at().store[list](chatId, key, after, limit);

    it("lists whoever came first first", async () => {
      const chat = await givenPrivateChat(at().store);
      const came = [];
      for (const alias of ["Clara", "Boris", "Anton"]) {
        await at().advance(1_000);
        came.push((await come(at().store, chat, named(alias))).memberId);
      }

      const listed = await people(chat.chatId, chat.creator.key)(undefined, 10);

      expect(listed.map(({ memberId }) => memberId).slice(-3)).toEqual(came);
      expect(listed.map(({ alias }) => alias).slice(-3)).toEqual(["Clara", "Boris", "Anton"]);
    });

    it("lists page by page all of those who came at once, equal times by member id", async () => {
      const chat = await givenPrivateChat(at().store);
      const beside = await at().beside();
      await Promise.all(atOnce(20, async (index) => come(index % 2 === 0 ? at().store : beside, chat, named())));
      await at().advance(1_000);
      await Promise.all(atOnce(5, async () => come(at().store, chat, named())));

      const listed = await pagesOf(people(chat.chatId, chat.creator.key), positionOf, 7);

      expect(listed).toHaveLength(list === "listMembers" ? 26 : 25);
      expect(listed.map(positionOf)).toEqual(listed.map(positionOf).toSorted(earlierFirst));
      expect(await people(chat.chatId, chat.creator.key)(undefined, 100)).toEqual(listed);
    });

    it("goes on after somebody who is not there any more", async () => {
      const chat = await givenPrivateChat(at().store);
      for (const alias of ["Boris", "Clara", "Dora"]) {
        await at().advance(1_000);
        await come(at().store, chat, named(alias));
      }
      const [clara, dora] = (await onePerPage(people(chat.chatId, chat.creator.key), positionOf)).slice(-2);
      if (!clara) throw new Error("nobody came");
      if (list === "listMembers") await at().store.removeMember(chat.chatId, chat.creator.key, clara.memberId);
      else await at().store.decideJoinRequest(chat.chatId, chat.creator.key, clara.memberId, "decline");

      expect(await people(chat.chatId, chat.creator.key)(positionOf(clara), 10)).toEqual([dora]);
    });
  });
}

function positionOf({ since, memberId }: Participant): ListPosition {
  return { at: since.getTime(), id: memberId };
}

function earlierFirst(a: ListPosition, b: ListPosition): number {
  return a.at - b.at || (a.id < b.id ? -1 : 1);
}

/** Everything, each item the end of a page, after which a list can go on: a face may know no other positions. */
async function onePerPage<T>(list: Page<T>, position: (item: T) => ListPosition): Promise<T[]> {
  return pagesOf(list, position, 1);
}

/** Everything, read page by page. */
async function pagesOf<T>(list: Page<T>, position: (item: T) => ListPosition, limit: number): Promise<T[]> {
  const items: T[] = [];
  let page: readonly T[];
  do {
    const last = items.at(-1);
    page = await list(last && position(last), limit);
    items.push(...page);
    expect(page.length).toBeLessThanOrEqual(limit);
    expect(items.length, "all pages together").toBeLessThan(100);
  } while (page.length > 0);
  return items;
}
