import { setTimeout as delay } from "node:timers/promises";
import { Client, type ClientConfig } from "pg";
import type { Queryable } from "./database.ts";
import { databaseAway } from "./map-error.ts";
import { inTurn, mapped, type RunStatement } from "./statement-runner.ts";

/** A server that has vanished without a word does not answer the goodbye either. */
const END_TIMEOUT_MS = 2_000;

/** Lends `work` a connection of its own; `signal` aborts when it is lost. */
export async function runSession<T>(
  config: ClientConfig,
  run: RunStatement,
  work: (session: Queryable, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const client = new Client(config);
  const lost = new AbortController();
  client.on("error", (error) => lost.abort(databaseAway(error)));
  client.on("end", () => lost.abort(databaseAway(new Error("the connection ended"))));
  const turns = inTurn();
  try {
    await mapped(client.connect());
    const session: Queryable = {
      query: (name, text, values) => turns.next(() => mapped(run(client, { name, text, values }))),
    };
    return await work(session, lost.signal);
  } finally {
    await Promise.race([client.end().catch(() => undefined), delay(END_TIMEOUT_MS, undefined, { ref: false })]);
  }
}
