// `npm run generate`: writes what Prometheus and Grafana read, and the example of each service's environment. With --check it compares instead.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { configExampleFiles } from "./config/generate.ts";
import { grafanaFiles } from "./grafana/generate.ts";
import { prometheusFiles } from "./prometheus/generate.ts";

const check = process.argv.includes("--check");
const stale: string[] = [];

for (const [path, text] of [...prometheusFiles(), ...grafanaFiles(), ...configExampleFiles()]) {
  const file = join(import.meta.dirname, path);
  const before = await readFile(file, "utf8").catch(() => undefined);
  if (before === text) continue;
  stale.push(`deploy/${path}`);
  if (check) continue;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

for (const path of stale) {
  if (check) console.error(`${path} is not what \`node deploy/generate.ts\` makes`);
  else console.log(`generate: changed ${path}`);
}
if (check && stale.length > 0) process.exitCode = 1;
