import { setTimeout as sleep } from "node:timers/promises";
import { signIn } from "../../../src/people.ts";
import { givenProduct } from "../../../src/story.ts";
import { noteOf } from "../../../src/order-load.ts";
import type { FaultCase, Scene } from "../fault-case.ts";
import type { Stores } from "../stores.ts";
import { checkAttempts, countAttempts } from "../tokens/attempt.ts";
import { ExpiringCaller } from "../tokens/expiring-caller.ts";
import { underLoad } from "../under-load.ts";

const STOCK = 1_000_000;
const BETWEEN_SIGN_INS_MS = 1_000;
/** How long an expired token is tried again and again. */
const AFTER_MS = 15_000;

/** The life of a token is the identity provider's, so that a short run has fewer tokens and no less time. */
export const tokensExpire: FaultCase = {
  name: "token-expiry",
  what: "access tokens run out while requests are in flight: refused at the latest a tolerance of 30 s after, without effect",
  run: async (scene) => {
    const callers: ExpiringCaller[] = [];
    return underLoad(
      scene,
      async () => {
        callers.push(...(await givenCallers(scene, scene.short ? 2 : 12)));
        scene.say(`${callers.length} tokens expire`);
        await runAll(callers);
        return sumOf(callers);
      },
      {
        deadLetters: 0,
        check: async () => {
          const effects = await ordersByKey(callers, scene.stores);
          const violations = callers.flatMap(({ life, attempts }) => checkAttempts(life, attempts, effects));
          const idle = callers.filter(({ life, attempts }) => countAttempts(life, attempts).inFlight === 0).length;
          return [...violations, ...(idle > 0 ? [`nothing was in flight when ${idle} tokens ran out`] : [])];
        },
      },
    );
  },
};

async function givenCallers({ platform: { target }, journal }: Scene, count: number): Promise<ExpiringCaller[]> {
  const productId = await givenProduct(await signIn(target, "admin"), STOCK);
  const callers: ExpiringCaller[] = [];
  for (let made = 0; made < count; made += 1) {
    if (made > 0) await sleep(BETWEEN_SIGN_INS_MS);
    const api = journal.follow(await signIn(target, "customer2"));
    callers.push(new ExpiringCaller(api, { baseUrl: target.baseUrl, productId }));
  }
  return callers;
}

async function runAll(callers: readonly ExpiringCaller[]): Promise<void> {
  const end = new AbortController();
  const last = Math.max(...callers.map(({ life }) => life.refusedFrom));
  const running = callers.map((caller) => caller.run(end.signal));
  await sleep(last + AFTER_MS - Date.now());
  end.abort();
  await Promise.all(running);
}

function sumOf(callers: readonly ExpiringCaller[]) {
  const counts = callers.map(({ life, attempts }) => countAttempts(life, attempts));
  const sum = (of: keyof (typeof counts)[number]) => counts.reduce((total, each) => total + each[of], 0);
  return {
    tokens: callers.length,
    "requests with them": sum("requests"),
    "within the tolerance": sum("within"),
    "in flight at its end": sum("inFlight"),
    "of which refused": sum("inFlightRefused"),
    "after it, all refused": sum("after"),
  };
}

async function ordersByKey(callers: readonly ExpiringCaller[], stores: Stores): Promise<Map<string, number>> {
  const keys = callers.flatMap(({ attempts }) => attempts.flatMap(({ key }) => key ?? []));
  const { rows } = await stores
    .database("orders")
    .query<{ note: string; orders: number }>(
      "select note, count(*)::int as orders from orders where note = any($1) group by note",
      [keys.map(noteOf)],
    );
  const byNote = new Map(rows.map(({ note, orders }) => [note, orders]));
  return new Map(keys.map((key) => [key, byNote.get(noteOf(key)) ?? 0]));
}
