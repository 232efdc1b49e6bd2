// `npm run faults`: the programme of faults on the engines that the environment names, which it kills and starts by the program
// in FAULTS_CONTROL. Takes hours as a whole; `npm run faults -- leader-kills redis-kill --seed 42 --short` runs a part.
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { signIn } from "../../src/people.ts";
import { startEnvPlatform } from "../../src/env/start-env-platform.ts";
import { CASES } from "./cases/all-cases.ts";
import { engineControl } from "./engine-control.ts";
import type { FaultCase, Findings } from "./fault-case.ts";
import { Journal } from "./journal.ts";
import { openLinks } from "./links/open-links.ts";
import { createRandom } from "./random.ts";
import { openStores } from "./stores.ts";
import { tableOf } from "./table.ts";
import { until } from "./until.ts";

const JOURNALS = new URL("../../.data/faults/", import.meta.url).pathname;
const LINGER_MS = 3_000;
const SIGN_IN_MS_MAX = 120_000;
/** Load is not what is limited here. */
const NO_RATE_LIMITS = {
  RATE_LIMIT_WRITES_PER_MINUTE: "10000000",
  RATE_LIMIT_AUTH_PER_MINUTE: "10000000",
  SIGN_UPS_PER_HOUR: "10000000",
};

const { values, positionals } = parseArgs({
  options: { seed: { type: "string" }, short: { type: "boolean", default: false }, sagas: { type: "string" } },
  allowPositionals: true,
});
const seed = Number(values.seed ?? randomInt(2 ** 31));
const unknown = positionals.filter((name) => !CASES.some((each) => each.name === name));
if (unknown.length > 0)
  throw new Error(`no case ${unknown.join(", ")}; there are ${CASES.map(({ name }) => name).join(", ")}`);
const chosen = positionals.length === 0 ? CASES : CASES.filter(({ name }) => positionals.includes(name));

const rows: { case: FaultCase; findings: Findings; seconds: number }[] = [];
for (const each of chosen) {
  console.log(`\n── ${each.name}: ${each.what} (seed ${seed})`);
  const beganAt = performance.now();
  const findings = await run(each).catch((error: unknown) => failed(error));
  const seconds = Math.round((performance.now() - beganAt) / 1_000);
  for (const violation of findings.violations.slice(0, 20)) console.log(`   VIOLATION ${violation}`);
  rows.push({ case: each, findings, seconds });
}
console.log(`\n${tableOf(rows)}`);
process.exitCode = rows.some(({ findings }) => findings.violations.length > 0) ? 1 : 0;
// A connection that a broken broker left half open may not keep a finished programme.
setTimeout(() => process.exit(), LINGER_MS).unref();

async function run(each: FaultCase): Promise<Findings> {
  const env = each.env?.(process.env) ?? {};
  await using links = await openLinks(process.env);
  await using platform = await startEnvPlatform({ ...NO_RATE_LIMITS, ...env });
  await using stores = openStores({ ...process.env, ...env });
  const journal = new Journal(JOURNALS, `${each.name}-${seed}`);
  // A provider that has just started takes its time over the first passwords.
  await until("people can sign in", SIGN_IN_MS_MAX, async () => Boolean(await signIn(platform.target, "customer")));
  const findings = await each.run({
    platform,
    stores,
    links: links.all,
    journal,
    control: engineControl(process.env),
    random: createRandom(seed),
    short: values.short,
    sagas: values.sagas === undefined ? undefined : Number(values.sagas),
    say: (line) => console.log(`   ${line}`),
  });
  await platform.stop();
  return { ...findings, counts: { ...findings.counts, requests: journal.requests } };
}

/** A case that could not be run to its end has proven nothing. */
function failed(error: unknown): Findings {
  console.error(error);
  return { counts: {}, violations: [error instanceof Error ? error.message : String(error)] };
}
