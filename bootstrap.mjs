// Runs on any Node >= 20 with npm and no dependency: installs what is missing, then becomes a thin parent of Node 24.
//   node bootstrap.mjs path/to/script.ts [arguments]
// Why a parent and not npx: npx and npm do not hand SIGTERM on, and an orphaned platform would keep its ports.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const stamp = join(root, "node_modules/.installed");
const bundledNode = join(root, "node_modules/.bin/node");
const NODE_MAJOR = 24;
const PARENT_POLL_MS = 250;
const parent = process.ppid;

/** Runs a command in this terminal until it ends; hands signals on, and ends it when our own parent has gone. */
function run(command, args, env = process.env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "inherit", cwd: root, env });
    const stop = () => child.kill("SIGTERM");
    // Ctrl-C reaches the child by itself, as a member of the same process group: only stay alive and wait for it.
    const handlers = { SIGTERM: stop, SIGHUP: stop, SIGINT: () => {} };
    for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
    const watch = setInterval(() => process.ppid !== parent && stop(), PARENT_POLL_MS);
    const end = (code) => {
      clearInterval(watch);
      for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
      resolve(code);
    };
    child.on("error", (error) => {
      console.error(`${command}: ${error.message}`);
      end(127);
    });
    child.on("exit", (code, signal) => end(code ?? 128 + constants.signals[signal]));
  });
}

/** What an installation depends on: another hash means install again. */
function fingerprint() {
  const manifests = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name, "package.json"))
    .filter((file) => existsSync(file))
    .sort();
  const files = ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"].map((name) => join(root, name));
  const hash = createHash("sha256");
  for (const file of [...files, ...manifests]) hash.update(readFileSync(file));
  return hash.digest("hex");
}

/** @returns the exit code; 0 when everything is there. */
async function install() {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return 0;
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  console.error("Installing the dependencies, about 350 MB, once …");
  rmSync(stamp, { force: true });
  const code = await run("npx", ["-y", packageManager, "install", "--frozen-lockfile"]);
  if (code === 0) writeFileSync(stamp, wanted);
  return code;
}

/** Node 24: the one from the lock file where the platform has one, else the one that runs this. */
function findNode() {
  if (existsSync(bundledNode)) return bundledNode;
  if (Number(process.versions.node.split(".")[0]) >= NODE_MAJOR) return process.execPath;
  return undefined;
}

async function main() {
  const [script, ...args] = process.argv.slice(2);
  if (!script) {
    console.error("usage: node bootstrap.mjs script.ts [arguments]");
    return 2;
  }
  const installed = await install();
  if (installed !== 0) return installed;
  const node = findNode();
  if (!node) {
    console.error(
      `No Node ${NODE_MAJOR} is packaged for ${process.platform}-${process.arch}, and this is Node ${process.versions.node}.\n` +
        `Install Node ${NODE_MAJOR} or newer (https://nodejs.org) and run the command again.`,
    );
    return 1;
  }
  const path = `${dirname(node)}:${join(root, "node_modules/.bin")}:${process.env.PATH ?? ""}`;
  return run(node, [join(root, script), ...args], { ...process.env, PATH: path });
}

process.exitCode = await main();
