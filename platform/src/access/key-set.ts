import { setTimeout as sleep } from "node:timers/promises";
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";

export interface KeySetTimes {
  /** Keys of this age are fetched again, beside the requests. */
  readonly freshMs: number;
  /** Keys of this age are used no more. */
  readonly ageMsMax: number;
  /** The least time from one fetch to the next. */
  readonly pauseMs: number;
}

const TIMES: KeySetTimes = { freshMs: 600_000, ageMsMax: 3_600_000, pauseMs: 1_000 };

export type KeySet = JWTVerifyGetKey & {
  /** Fetches the keys before the first token needs them. Resolves when that is done, or has failed: tokens will try again. */
  prepare(): Promise<void>;
};

interface Fetch {
  readonly beganAt: number;
  readonly done: Promise<void>;
  state: "running" | "done" | "failed";
}

/**
 * A copy of an issuer's signing keys. A token that names a key which is not there waits until the copy may be fetched anew, a
 * second at most: the issuer may have begun to sign with a new key a moment ago, and whoever makes up names of keys causes
 * one fetch a second and no more. While the issuer is away the copy goes on to serve.
 */
export function createKeySet(fetchKeys: () => Promise<JSONWebKeySet>, times: KeySetTimes = TIMES): KeySet {
  let copy: { readonly keys: JWTVerifyGetKey; readonly askedAt: number } | undefined;
  let last: Fetch | undefined;

  const begin = (): Fetch => {
    const beganAt = performance.now();
    const done = fetchKeys().then((keys) => void (copy = { keys: createLocalJWKSet(keys), askedAt: beganAt }));
    const begun: Fetch = { beganAt, done, state: "running" };
    done.then(
      () => (begun.state = "done"),
      () => (begun.state = "failed"),
    );
    return begun;
  };

  /**
   * Sees to a copy that was asked for after `since`. Joins the fetch under way, or begins one when the pause is over; an issuer
   * that failed within it fails again at once.
   */
  const refetch = async (since = performance.now()): Promise<void> => {
    if (copy && copy.askedAt > since) return undefined;
    const leftMs = last ? last.beganAt + times.pauseMs - performance.now() : 0;
    if (last?.state === "done" && leftMs > 0) {
      await sleep(leftMs);
      return refetch(since);
    }
    if (!last || (last.state !== "running" && leftMs <= 0)) last = begin();
    return last.done;
  };

  const current = async (): Promise<NonNullable<typeof copy>> => {
    const age = copy ? performance.now() - copy.askedAt : Infinity;
    if (age > times.ageMsMax) await refetch();
    else if (age > times.freshMs) refetch().catch(() => undefined);
    if (!copy) throw new Error("the issuer's keys were never read");
    return copy;
  };

  const find: JWTVerifyGetKey = async (header, token) => {
    const askedAt = performance.now();
    for (;;) {
      const { keys, askedAt: copiedAt } = await current();
      try {
        return await keys(header, token);
      } catch (error) {
        // A fetch that began before the token came may have missed its key.
        if (!(error instanceof errors.JWKSNoMatchingKey) || copiedAt > askedAt) throw error;
        await refetch(askedAt);
      }
    }
  };
  return Object.assign(find, { prepare: () => refetch().catch(() => undefined) });
}
