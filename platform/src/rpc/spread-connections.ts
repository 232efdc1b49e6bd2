import type { Connection, OneConnection } from "./connection.ts";
import type { OpenSession } from "./open-session.ts";
import type { Addresses } from "./watch-addresses.ts";

export interface SpreadOptions {
  readonly addresses: Addresses;
  readonly connect: (address: string, onLost: () => void) => OneConnection;
}

/** An address that could not be connected to is left alone for so long while others serve. */
const REST_MS = 1_000;
/** How many calls one replica may have under way beyond twice those of the idlest. */
const PENDING_SLACK = 16;

interface Replica {
  readonly connection: OneConnection;
  restsUntil: number;
}

/**
 * A connection to every replica; requests take turns. Only what is open serves: others are opened meanwhile, so that a replica
 * that comes, goes or does not answer costs no call its time. ADR 0033.
 */
export function spreadConnections({ addresses, connect }: SpreadOptions): Connection {
  const replicas = new Map<string, Replica>();
  let turn = 0;

  const follow = (found: readonly string[]): void => {
    for (const address of found) {
      if (replicas.has(address)) continue;
      replicas.set(address, { connection: connect(address, () => addresses.doubt()), restsUntil: 0 });
    }
    for (const [address, { connection }] of replicas) {
      if (found.includes(address)) continue;
      replicas.delete(address);
      connection.close();
    }
  };

  const open = (replica: Replica): Promise<OpenSession> =>
    replica.connection.ready().catch((error: unknown) => {
      replica.restsUntil = performance.now() + REST_MS;
      addresses.doubt();
      throw error;
    });

  return {
    ready: async () => {
      follow(await addresses.current());
      const sessions: OpenSession[] = [];
      for (const replica of replicas.values()) {
        const session = replica.connection.session();
        if (session) sessions.push(session);
        else if (replica.restsUntil < performance.now()) open(replica).catch(() => undefined);
      }
      return next(sessions, turn++) ?? firstOf([...replicas.values()].map(open));
    },
  };
}

/** Whose turn it is; passes over who has far more calls under way than the idlest, since it may hang. */
function next(sessions: readonly OpenSession[], turn: number): OpenSession | undefined {
  let calls = Number.POSITIVE_INFINITY;
  for (const session of sessions) calls = Math.min(calls, session.calls);
  for (let step = 0; step < sessions.length; step++) {
    const session = sessions[(turn + step) % sessions.length];
    if (session && session.calls <= 2 * calls + PENDING_SLACK) return session;
  }
  return undefined;
}

/** @throws the first error when all fail. */
async function firstOf(opening: readonly Promise<OpenSession>[]): Promise<OpenSession> {
  try {
    return await Promise.any(opening);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}
