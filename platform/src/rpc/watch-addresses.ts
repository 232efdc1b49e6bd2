import { lookup } from "node:dns/promises";
import { Code, ConnectError } from "@connectrpc/connect";

/** Names what answers behind a host name: one address a replica. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface Addresses {
  /** What is known, however old; waits only for the first answer. */
  current(): Promise<readonly string[]>;
  /** Asks again with the next use: an address does not answer any more. */
  doubt(): void;
}

/** A new replica is found within so long. */
const AGE_MS_MAX = 10_000;
/** Doubts do not ask more often than this. */
const AGE_MS_MIN = 1_000;

/**
 * What a host name stands for, asked when it is used and not in between: what rests costs nothing, and nothing has to be
 * closed. While the answer is old the last one serves, and a name that cannot be resolved keeps its last answer.
 */
export function watchAddresses(host: string, resolve: Resolve = resolveHost): Addresses {
  let known: readonly string[] | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let isDoubted = false;
  let asking: Promise<readonly string[]> | undefined;

  const ask = async (): Promise<readonly string[]> => {
    askedAt = performance.now();
    isDoubted = false;
    try {
      const found = await resolve(host);
      if (found.length > 0) known = found;
    } catch (cause) {
      if (!known) throw new ConnectError(`${host} has no address`, Code.Unavailable, undefined, undefined, cause);
    } finally {
      asking = undefined;
    }
    return known ?? [];
  };

  return {
    current: async () => {
      const ageMs = performance.now() - askedAt;
      if (ageMs > (isDoubted || !known ? AGE_MS_MIN : AGE_MS_MAX)) asking ??= ask();
      if (known) {
        asking?.catch(() => undefined);
        return known;
      }
      return (asking ??= ask());
    },
    doubt: () => {
      isDoubted = true;
    },
  };
}

/** By the system's resolver. A replica with an address of each family would count twice: the family of the first one is taken. */
async function resolveHost(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.filter(({ family }) => family === found[0]?.family).map(({ address }) => address);
}
