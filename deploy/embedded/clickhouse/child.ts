// The process of the embedded ClickHouse. Its parent sends where to work; it answers once it listens, or says why it
// cannot. It ends when the parent asks it to, or is gone.
import { once } from "node:events";
import type { Server } from "node:http";
import type { Users } from "./credentials.ts";
import { type Engine, openEngine } from "./engine.ts";
import { createHttpServer } from "./http-server.ts";

/** What the parent sends. */
export interface ChildOptions {
  readonly folder: string;
  readonly port: number;
  readonly users: Users;
}

/** What it gets back. */
export type ChildAnswer =
  | { readonly listening: true }
  | { readonly listening: false; readonly code: string; readonly reason: string };

const STOP_GRACE_MS = 2_000;

// Ctrl-C is for the parent, which ends us after everything that still writes.
process.on("SIGINT", () => undefined);
// An orderly exit would wait for the statement of the moment. The files survive any death, so nothing is lost this way.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

const [options] = (await once(process, "message")) as [ChildOptions];
let engine: Engine | undefined;
try {
  engine = openEngine(options.folder);
  const server = createHttpServer(engine, options.users);
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");
  process.on("SIGTERM", () => void stop(server));
  answer({ listening: true });
} catch (error) {
  engine?.close();
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  answer({ listening: false, code, reason: error instanceof Error ? error.message : String(error) });
}

/** Lets the statements of the moment answer, for a while, then ends the process. */
async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  setTimeout(() => process.kill(process.pid, "SIGKILL"), STOP_GRACE_MS).unref();
  await closed;
  engine?.close();
  process.exit(0);
}

function answer(message: ChildAnswer): void {
  process.send?.(message);
}
