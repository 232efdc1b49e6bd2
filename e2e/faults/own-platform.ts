import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { at, listAt, textAt, type Api, type Json } from "../src/api.ts";
import { killAll, processesNaming } from "../src/kill.ts";
import { OrderLoad } from "../src/order-load.ts";
import { signIn } from "../src/people.ts";
import { startPlatformProcess, type PlatformProcess } from "../src/platform-process.ts";
import { expectStatus, givenProduct } from "../src/story.ts";
import { passwordsFrom, type Target, type UserName } from "../src/target.ts";

const STOCK = 1_000_000;
/** Stories ask more often than people do. */
const NO_RATE_LIMITS = { RATE_LIMIT_WRITES_PER_MINUTE: "1000000", RATE_LIMIT_AUTH_PER_MINUTE: "1000000" };

/** A platform that a story may break, in a folder of its own that goes with it. */
export interface OwnPlatform extends AsyncDisposable {
  readonly dataDir: string;
  readonly port: number;
  /** The process of the moment. */
  process(): PlatformProcess;
  /** Signs in afresh. */
  signIn(user: UserName): Promise<Api>;
  /** Starts it again, at the same port, after it ended. */
  startAgain(): Promise<void>;
}

export async function startOwnPlatform(): Promise<OwnPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), "animal-delivery-faults-"));
  let platform = await startPlatformProcess({ dataDir, env: NO_RATE_LIMITS });
  const { baseUrl, port } = platform;
  const target: Target = { baseUrl, passwords: passwordsFrom(process.env) };
  return {
    dataDir,
    port,
    process: () => platform,
    signIn: (user) => signIn(target, user),
    async startAgain() {
      platform = await startPlatformProcess({ dataDir, port, env: NO_RATE_LIMITS });
    },
    async [Symbol.asyncDispose]() {
      await platform.stop();
      killAll(await processesNaming(dataDir));
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Customers to come, and a product that they will not exhaust. */
export async function givenOrderLoad(platform: OwnPlatform): Promise<OrderLoad> {
  return new OrderLoad(await givenProduct(await platform.signIn("admin"), STOCK));
}

/** Waits until the load got `more` orders acknowledged than it has now. */
export async function expectProgress(load: OrderLoad, more = 10): Promise<void> {
  const before = load.acknowledged.length;
  await expect.poll(() => load.acknowledged.length - before, { timeout: 30_000 }).toBeGreaterThanOrEqual(more);
}

/** Every key of the load made one order, which took one animal and was told in one event that is in ClickHouse. */
export async function expectEachOrderOnce(load: OrderLoad, platform: OwnPlatform): Promise<void> {
  const customer = await platform.signIn("customer");
  const dispatcher = await platform.signIn("dispatcher");
  const admin = await platform.signIn("admin");
  await load.settle(customer);
  const orderIds = [...load.orders.values()].map(String).toSorted();
  expect(orderIds).not.toContain("undefined");

  expect(await idsOf(customer, "/v1/orders?", "orders", "order_id")).toEqual(orderIds);
  expect(at((await admin.get(`/v1/products/${load.productId}`)).body, "stock")).toBe(STOCK - orderIds.length);
  await expect
    .poll(() => idsOf(dispatcher, "/v1/events?type=orders.v1.OrderCreated&", "events", "aggregate_id"), {
      timeout: 60_000,
      interval: 500,
    })
    .toEqual(orderIds);
}

/** One field of every entry of a list, all pages, sorted. */
async function idsOf(api: Api, path: string, list: string, field: string): Promise<string[]> {
  const found: Json[] = [];
  for (let token = ""; ;) {
    const page = await api.get(`${path}page_size=200&page_token=${encodeURIComponent(token)}`);
    const body = expectStatus(page, 200);
    found.push(...listAt(body, list));
    token = textAt(body, "next_page_token");
    if (token === "") return found.map((entry) => textAt(entry, field)).toSorted();
  }
}
