import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** How a command ended and what it printed. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** A copy of this repository in a folder of its own, to be changed and run. */
export interface RepositoryCopy extends AsyncDisposable {
  readonly folder: string;
  /** Puts text in front of the first occurrence of other text. @throws {Error} when that is not there. */
  insertBefore(path: string, before: string, text: string): Promise<void>;
  /** Puts text at the end of a file. */
  append(path: string, text: string): Promise<void>;
  /** Runs a script with this Node, or a tool of node_modules/.bin. */
  run(command: string, ...args: string[]): Promise<Outcome>;
}

/**
 * Copies what git tracks and what it would track. Packages from outside are shared with the original; the links between the
 * workspace's own packages are relative, so in the copy they lead to the copy.
 */
export async function copyRepository(): Promise<RepositoryCopy> {
  const folder = await mkdtemp(join(tmpdir(), "animal-delivery-copy-"));
  const paths = await repositoryFiles();
  for (const path of paths) await cp(join(ROOT, path), join(folder, path), { verbatimSymlinks: true });
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const packages = paths.filter((path) => /^[^/]+\/package\.json$/.test(path)).map((path) => dirname(path));
  for (const name of packages) await copyLinks(join(name, "node_modules"), folder);

  const edit = async (path: string, change: (text: string) => string): Promise<void> => {
    const file = join(folder, path);
    await writeFile(file, change(await readFile(file, "utf8")));
  };
  return {
    folder,
    insertBefore: (path, before, text) =>
      edit(path, (old) => {
        if (!old.includes(before)) throw new Error(`${path} does not hold ${JSON.stringify(before)}`);
        return old.replace(before, () => text + before);
      }),
    append: (path, text) => edit(path, (old) => old + text),
    run: (command, ...args) => run(folder, command, args),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function repositoryFiles(): Promise<string[]> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await promisify(execFile)("git", args, { cwd: ROOT, maxBuffer: OUTPUT_BYTES_MAX });
  // A file that was deleted and not committed yet is still listed.
  return [...new Set(stdout.split("\0"))].filter((path) => path !== "" && existsSync(join(ROOT, path)));
}

/** pnpm's folders hold relative links and small shims, apart from caches. */
async function copyLinks(path: string, folder: string): Promise<void> {
  await cp(join(ROOT, path), join(folder, path), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !/[/\\]node_modules[/\\]\.(cache|vite)/.test(source),
  });
}

async function run(cwd: string, command: string, args: string[]): Promise<Outcome> {
  const isScript = command.endsWith(".ts");
  const file = isScript ? process.execPath : join(cwd, "node_modules/.bin", command);
  return new Promise((resolve, reject) => {
    const options = { cwd, maxBuffer: OUTPUT_BYTES_MAX };
    execFile(file, isScript ? [join(cwd, command), ...args] : args, options, (error, stdout, stderr) => {
      const code = error ? error.code : 0;
      if (typeof code === "number") resolve({ code, output: stdout + stderr });
      else reject(error ?? new Error(`${command} did not start`));
    });
  });
}
