import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Chats that are full of messages, each of so many bytes of text. */
export interface Filling {
  readonly chats: number;
  readonly messages: number;
  readonly textBytes: number;
}

/** What a message takes besides its text, in bytes of heap and external memory after a collection. */
export async function measureHistory(filling: Filling): Promise<number> {
  const program = fileURLToPath(new URL("fill-history.ts", import.meta.url));
  const args = [filling.chats, filling.messages, filling.textBytes].map(String);
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", program, ...args]);
  return Number(stdout) / (filling.chats * filling.messages) - filling.textBytes;
}
