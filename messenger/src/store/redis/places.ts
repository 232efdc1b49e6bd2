import type { DomainError } from "@animal-delivery/platform/errors";
import { isAway, mendedLater } from "./away.ts";
import type { Call } from "./call.ts";
import { LateError } from "./refusal-of.ts";
import { pairsOf } from "./rows.ts";

/** How often a step is tried whose turn another one took. */
const ATTEMPTS = 10;

/** Places that a sweep looks at, at a time and all in all. */
const BATCH = 250;
const BATCHES_MAX = 20;

/** What there is: until when, undefined for what lives on; or nothing any more. */
export type Found = { readonly until: number | undefined } | "gone";

export interface PlacesOptions {
  readonly key: string;
  readonly max: number;
  readonly full: (max: number) => DomainError;
  /** Finds out what there is, and frees what is left of what is gone. */
  readonly find: (id: string) => Promise<Found>;
}

/** A step on something that has a place. */
export type Act<T> = (token: number) => Promise<T>;

/**
 * How many there are of something whose parts are in as many slots of a cluster: they all have a place in one. A place is held first,
 * then the step is done, then the place is settled by what there is. What a process leaves undone that ends in between, a sweep does
 * when the place is held no longer: within a minute and a half.
 */
export interface Places {
  /** Gets it a place unless it has one. @throws {DomainError} when there is no room. */
  make<T>(id: string, act: Act<T>): Promise<T>;
  /** Gets it none. */
  change<T>(id: string, act: Act<T>): Promise<T>;
  /** Settles the places that are due: of what was never made, is over, or was not settled. */
  sweep(): Promise<void>;
}

export function createPlaces(call: Call, { key, max, full, find }: PlacesOptions): Places {
  const settle = async (id: string, token: number): Promise<void> => {
    const found = await find(id);
    await call("settlePlace", [key], id, token, found === "gone" ? found : (found.until ?? ""));
  };
  const sweep = async (): Promise<void> => {
    for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
      const due = pairsOf(await call("duePlaces", [key], BATCH));
      await Promise.all(due.map(async ([id, token]) => settle(id, token)));
      if (due.length < BATCH) return;
    }
  };

  const keep = async (id: string): Promise<number> => Number((await call("holdPlace", [key], id, ""))[0]);
  const take = async (id: string): Promise<number> => {
    for (const isLast of [false, true]) {
      const [token] = await call("holdPlace", [key], id, max);
      if (token !== -1) return Number(token);
      // What is over takes no room, whether or not anything has swept it.
      if (!isLast) await sweep();
    }
    throw full(max);
  };

  /** Whoever came last knows what became of it, also when the step was refused. */
  const once = async <T>(id: string, token: number, act: Act<T>): Promise<T> => {
    const outcome = await act(token).then(
      (done) => ({ done }),
      (error: unknown) => ({ error }),
    );
    if ("done" in outcome || !isAway(outcome.error)) await mendedLater(settle(id, token));
    if ("error" in outcome) throw outcome.error;
    return outcome.done;
  };
  const inTurn = async <T>(id: string, hold: (id: string) => Promise<number>, act: Act<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(id, await hold(id), act);
      } catch (error) {
        if (!(error instanceof LateError) || attempt === ATTEMPTS) throw error;
      }
    }
  };

  return {
    make: async (id, act) => inTurn(id, take, act),
    change: async (id, act) => inTurn(id, keep, act),
    sweep,
  };
}
