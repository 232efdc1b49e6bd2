// `npm run bench`: what the platform costs, as ratios to the least that the same machine can do, measured in turn in one run;
// then a million users, streamed and listed, and the messenger. Absolute numbers belong to the machine; ratios travel. Stops by itself.
import { measureChain } from "./chain-rate.ts";
import { measureGateway, type Cost } from "./gateway-cost.ts";
import { measureMessenger } from "./messenger/measure-messenger.ts";
import { measureUsers } from "./measure-users.ts";
import { median, spread } from "./percentile.ts";
import { startPlatformUnderTest } from "./platform-under-test.ts";

const ROUNDS = 5;
const ROUND_SECONDS = 4;
const PRODUCTS = 64;

function row(name: string, values: readonly number[], unit: string): void {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(0));
  console.log(`  ${name.padEnd(34)} ${median(values).toFixed(0).padStart(7)} ${unit}   (${least} to ${most})`);
}

function ratio(name: string, ours: readonly number[], control: readonly number[]): void {
  const rounds = ours.map((value, round) => (value / (control[round] ?? Number.NaN)) * 100);
  const noise = (spread(control) * 100).toFixed(0);
  console.log(
    `  ${name.padEnd(34)} ${median(rounds).toFixed(1).padStart(7)} %   (the control itself varied by ${noise} %)`,
  );
}

async function measurePlatform(): Promise<void> {
  console.log(
    `Starting a platform of its own; ${ROUNDS} rounds of ${ROUND_SECONDS} s each, in turn with the control.\n`,
  );
  await using platform = await startPlatformUnderTest(PRODUCTS);

  const { gateway, bare } = await measureGateway(platform, ROUNDS, ROUND_SECONDS);
  const perCore = (costs: readonly Cost[]) => costs.map((cost) => cost.requestsPerCpuSecond);
  const perSecond = (costs: readonly Cost[]) => costs.map((cost) => cost.requestsPerSecond);
  console.log("Gateway: GET /v1/products/{id} with a token, one process, against a bare node:http server");
  row("gateway, per core", perCore(gateway), "requests per CPU second");
  row("bare, per core", perCore(bare), "requests per CPU second");
  row("gateway, through two services", perSecond(gateway), "requests/s");
  row("bare", perSecond(bare), "requests/s");
  ratio("gateway of bare, per core", perCore(gateway), perCore(bare));

  const { chain, raw } = await measureChain(platform, ROUNDS, ROUND_SECONDS * 1000);
  console.log(
    "\nChain: POST /v1/orders until the event is in ClickHouse, against inserting and committing the same rows",
  );
  row("chain", chain, "orders/s");
  row("raw insert and commit", raw, "orders/s");
  ratio("chain of raw", chain, raw);
}

await measurePlatform();
await measureUsers();
await measureMessenger(process.env.REDIS_URL, process.env.DATABASE_URL);
