import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Api } from "../src/api.ts";
import { callsServed, scale } from "../src/containers.ts";
import { staySignedIn } from "../src/people.ts";

// One service of the running containers goes from one replica to three and back while its callers go on.

const METHOD = "orders.v1.ProductService/ListProducts";
const CALLS = 600;

let api: Api;
beforeAll(async () => {
  api = await staySignedIn(inject("target"), "customer");
  await scale("orders", 1);
});
afterAll(() => scale("orders", 1));

describe("docker compose up --scale orders=3", () => {
  it("has every replica serve within 60 s, and shares the calls out by 1.5 to 1 at the most", async () => {
    await scale("orders", 3);
    const everybodyServes = async (): Promise<boolean> => {
      await list(20);
      return (await callsServed("orders", 3, METHOD)).every((count) => count > 0);
    };
    await expect.poll(everybodyServes, { timeout: 60_000, interval: 200 }).toBe(true);

    const before = await callsServed("orders", 3, METHOD);
    await list(CALLS);
    const after = await callsServed("orders", 3, METHOD);
    const shares = after.map((count, index) => count - (before[index] ?? 0));

    console.log(`calls of each replica: ${shares.join(", ")}`);
    expect(shares.reduce((sum, share) => sum + share)).toBe(CALLS);
    expect(Math.max(...shares) / Math.min(...shares)).toBeLessThanOrEqual(1.5);
  });

  it("fails no call while replicas come and go", async () => {
    let isOver = false;
    let calls = 0;
    const load = async (): Promise<void> => {
      while (!isOver) {
        await list(1);
        calls++;
      }
    };
    const workers = Promise.all(Array.from({ length: 4 }, load));

    await scale("orders", 1);
    await scale("orders", 3);
    isOver = true;
    await workers;

    expect(calls).toBeGreaterThan(20);
  });
});

/** Lists products so many times, eight at once. */
async function list(count: number): Promise<void> {
  let left = count;
  const work = async (): Promise<void> => {
    while (left-- > 0) expect(await api.get("/v1/products?page_size=1")).toMatchObject({ status: 200 });
  };
  await Promise.all(Array.from({ length: Math.min(8, count) }, work));
}
