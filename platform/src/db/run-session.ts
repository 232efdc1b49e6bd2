import { setTimeout as delay } from "node:timers/promises";
import { Client, type ClientConfig } from "pg";
import type { Session } from "./database.ts";
import { databaseAway, isConnectionLost } from "./map-error.ts";
import { inTurn, mapped, type RunStatement } from "./statement-runner.ts";

/** A server that has vanished without a word does not answer the goodbye either. */
const END_TIMEOUT_MS = 2_000;

/** Lends `work` a connection of its own; `signal` aborts when it is lost. */
export async function runSession<T>(
  config: ClientConfig,
  run: RunStatement,
  work: (session: Session, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const client = new Client(config);
  const lost = new AbortController();
  client.on("error", (error) => lost.abort(databaseAway(error)));
  client.on("end", () => lost.abort(databaseAway(new Error("the connection ended"))));
  const turns = inTurn();
  try {
    await mapped(client.connect());
    // A server that has fallen silent ends no connection: the statement that got no answer tells.
    const noting = (error: unknown): never => {
      if (isConnectionLost(error)) lost.abort(databaseAway(error));
      throw error;
    };
    const session: Session = {
      query: <R extends object>(name: string, text: string, values?: readonly unknown[]) =>
        turns.next(() => mapped(run<R>(client, { name, text, values }).catch(noting))),
      async listen(channel, onMessage) {
        client.on("notification", (message) => {
          if (message.channel === channel) onMessage(message.payload ?? "");
        });
        await session.query("listen", `listen ${client.escapeIdentifier(channel)}`);
      },
    };
    return await work(session, lost.signal);
  } finally {
    await Promise.race([client.end().catch(() => undefined), delay(END_TIMEOUT_MS, undefined, { ref: false })]);
  }
}
