import { execFile } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../../node_modules/.bin", import.meta.url));

/** Runs buf in a contract folder, with this Node and our plugins on its path. Never uses the network. */
export async function buf(folder: string, ...args: string[]): Promise<Buffer> {
  const path = [BIN, dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const options = { cwd: folder, env: { ...process.env, PATH: path }, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    execFile(join(BIN, "buf"), args, { ...options, encoding: "buffer" }, (error, stdout, stderr) => {
      if (error) reject(new BufError(args, `${stdout.toString()}${stderr.toString()}`));
      else resolve(stdout);
    });
  });
}

/** What buf had to say, one finding a line: file, line, column, text. */
export class BufError extends Error {
  override readonly name = "BufError";
  readonly lines: readonly string[];

  constructor(args: readonly string[], output: string) {
    super(`buf ${args.join(" ")} failed:\n${output}`);
    this.lines = output.split("\n").filter((line) => line.trim() !== "");
  }
}
