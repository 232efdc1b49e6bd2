// `npm run bench:engines`: the whole chain on the engines that the environment names, services apart, against the same chain in
// one process on embedded engines, round by round in turn. Stops by itself after about two minutes.
import { startEnvPlatform } from "@animal-delivery/e2e/env/start-env-platform";
import { readEngines } from "@animal-delivery/e2e/env/engines";
import { signIn, staySignedIn } from "@animal-delivery/e2e/people";
import { givenProduct } from "@animal-delivery/e2e/story";
import { Client } from "pg";
import { chainRound, type OrdersUnderTest } from "./chain-rate.ts";
import { median, spread } from "./percentile.ts";
import { NO_RATE_LIMITS, startPlatformUnderTest } from "./platform-under-test.ts";

const ROUNDS = 5;
const ROUND_MS = 4_000;
const PRODUCTS = 64;
const STOCK = 1_000_000;

await using embedded = await startPlatformUnderTest(PRODUCTS);
await using platform = await startEnvPlatform(NO_RATE_LIMITS);
const admin = await signIn(platform.target, "admin");
const productIds: string[] = [];
for (let made = 0; made < PRODUCTS; made += 1) productIds.push(await givenProduct(admin, STOCK));
const onEngines: OrdersUnderTest = {
  customer: await staySignedIn(platform.target, "customer"),
  dispatcher: await staySignedIn(platform.target, "dispatcher"),
  productIds,
};
const embeddedDb = new Client({ connectionString: embedded.databaseUrl("orders") });
const enginesDb = new Client({ connectionString: readEngines(process.env).databaseUrl("orders") });
await Promise.all([embeddedDb.connect(), enginesDb.connect()]);

const rates = { embedded: [] as number[], engines: [] as number[] };
await chainRound(embedded, embeddedDb, ROUND_MS);
await chainRound(onEngines, enginesDb, ROUND_MS);
for (let round = 0; round < ROUNDS; round += 1) {
  rates.embedded.push(await chainRound(embedded, embeddedDb, ROUND_MS));
  rates.engines.push(await chainRound(onEngines, enginesDb, ROUND_MS));
}
await Promise.all([embeddedDb.end(), enginesDb.end()]);
await platform.stop();

const ratios = rates.engines.map((value, round) => (value / (rates.embedded[round] ?? Number.NaN)) * 100);
const told = (values: readonly number[]) =>
  `${median(values).toFixed(0)} orders/s (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`;
console.log(`chain, one process, embedded engines: ${told(rates.embedded)}`);
console.log(`chain, services apart, real engines:  ${told(rates.engines)}`);
console.log(
  `ratio: ${median(ratios).toFixed(0)} % (the control varied by ${(spread(rates.embedded) * 100).toFixed(0)} %)`,
);
