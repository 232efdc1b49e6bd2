import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { keepRunning, type RunningEngine } from "../keep-running.ts";
import { secretFile } from "../secret-file.ts";
import { startClickHouseProcess } from "./clickhouse-process.ts";
import type { Credentials } from "./credentials.ts";

const WRITER = "animal_delivery";
const READER = "animal_delivery_reader";

export interface ClickHouseOptions {
  /** Where its files are or will be. One process at a time may use a folder. */
  readonly folder: string;
  /** Its port on 127.0.0.1. */
  readonly port: number;
  /** Takes one line about each death and restart. */
  readonly report: (line: string) => void;
}

/** The ClickHouse engine behind ClickHouse's HTTP interface, in a process that lives and dies with us. */
export interface EmbeddedClickHouse extends RunningEngine {
  /** Its address, credentials included, as `createClient({ url })` takes it. */
  readonly url: string;
  /** Who may only read there. */
  readonly reader: Credentials;
}

/**
 * Starts chDB in a process of its own: inside ours its inserts would block the event loop and its queries libuv's threads.
 * It is started again, at the same port, should it die; what it acknowledged is then there.
 *
 * @throws {StartError} for everything the person can put right: a taken port, a broken folder.
 */
export async function startClickHouse(options: ClickHouseOptions): Promise<EmbeddedClickHouse> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const writer = { user: WRITER, password: await secretFile(join(options.folder, "password")) };
  const reader = { user: READER, password: await secretFile(join(options.folder, "reader-password")) };
  const start = () =>
    startClickHouseProcess({
      folder: join(options.folder, "data"),
      port: options.port,
      users: { writer, reader },
      logFile: join(options.folder, "clickhouse.log"),
    });
  const running = await keepRunning("ClickHouse", start, options.report);
  return { ...running, url: `http://${WRITER}:${writer.password}@127.0.0.1:${options.port}`, reader };
}
