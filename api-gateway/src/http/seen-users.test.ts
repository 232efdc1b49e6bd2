import { beforeEach, describe, expect, it } from "vitest";
import { createSeenUsers, type SeenUsers } from "./seen-users.ts";

const MINUTE_MS = 60_000;

let nowMs: number;
let users: SeenUsers;
beforeEach(() => {
  nowMs = 0;
  users = createSeenUsers({ windowMs: 5 * MINUTE_MS, bucketMs: MINUTE_MS, now: () => nowMs });
});

describe("seen users", () => {
  it("count once each, and five minutes after the last request no more", () => {
    users.seen("ada");
    users.seen("bob");
    nowMs = 4 * MINUTE_MS;
    users.seen("ada");
    users.seen("ada");
    expect(users.count()).toBe(2);

    nowMs = 6 * MINUTE_MS;
    expect(users.count()).toBe(1);
    nowMs = 9 * MINUTE_MS;
    expect(users.count()).toBe(0);
  });

  it("are told once a minute, by the minute they were last seen in", () => {
    users.seen("ada");
    users.seen("ada");
    expect(users.take()).toEqual(new Map([[0, ["ada"]]]));

    users.seen("ada");
    expect(users.take()).toEqual(new Map());

    nowMs = MINUTE_MS;
    users.seen("ada");
    expect(users.take()).toEqual(new Map([[1, ["ada"]]]));
  });

  it("are told later when they could not be told, unless they have gone by then", () => {
    users.seen("ada");
    users.seen("bob");
    for (const subjects of users.take().values()) users.putBack(subjects);
    nowMs = 4 * MINUTE_MS;
    users.seen("bob");

    expect(users.take()).toEqual(
      new Map([
        [0, ["ada"]],
        [4, ["bob"]],
      ]),
    );
    users.putBack(["ada", "bob"]);
    nowMs = 6 * MINUTE_MS;
    expect(users.take()).toEqual(new Map([[4, ["bob"]]]));
  });

  it("are a lower bound beyond a hundred thousand, the latest of them", () => {
    for (let user = 0; user < 100_010; user++) users.seen(`user-${user}`);

    const told = [...users.take().values()].flat();
    expect([users.count(), told.length, told.at(-1)]).toEqual([100_000, 100_000, "user-100009"]);
  });
});
