import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchAddresses } from "./watch-addresses.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

describe("watchAddresses", () => {
  it("asks again after ten seconds, while the last answer serves", async () => {
    const { addresses, answer, asked } = given("10.0.0.1");
    expect(await addresses.current()).toEqual(["10.0.0.1"]);
    answer("10.0.0.1", "10.0.0.2");

    vi.advanceTimersByTime(9_900);
    expect(await addresses.current()).toEqual(["10.0.0.1"]);
    expect(asked()).toBe(1);

    vi.advanceTimersByTime(200);
    expect(await addresses.current()).toEqual(["10.0.0.1"]);
    await expect.poll(() => addresses.current()).toEqual(["10.0.0.1", "10.0.0.2"]);
    expect(asked()).toBe(2);
  });

  it("asks again soon when an address is in doubt, but not with every doubt", async () => {
    const { addresses, answer, asked } = given("10.0.0.1");
    await addresses.current();
    answer("10.0.0.2");

    for (let doubt = 0; doubt < 10; doubt++) {
      addresses.doubt();
      await addresses.current();
    }
    expect(asked()).toBe(1);

    vi.advanceTimersByTime(1_100);
    await addresses.current();
    await expect.poll(() => addresses.current()).toEqual(["10.0.0.2"]);
    expect(asked()).toBe(2);
  });

  it("keeps the last answer while the name cannot be resolved, and stands for nothing before the first", async () => {
    const { addresses, answer, fail } = given("10.0.0.1");
    fail();
    await expect(addresses.current()).rejects.toThrow("[unavailable] orders has no address");

    answer("10.0.0.1");
    expect(await addresses.current()).toEqual(["10.0.0.1"]);
    fail();
    vi.advanceTimersByTime(20_000);
    await addresses.current();

    expect(await addresses.current()).toEqual(["10.0.0.1"]);
  });

  it("asks once for all that wait for the first answer", async () => {
    const { addresses, asked } = given("10.0.0.1");

    await Promise.all([addresses.current(), addresses.current(), addresses.current()]);

    expect(asked()).toBe(1);
  });
});

function given(...first: string[]) {
  let found: readonly string[] | undefined = first;
  let asked = 0;
  const addresses = watchAddresses("orders", async () => {
    asked++;
    if (!found) throw new Error("EAI_AGAIN");
    return found;
  });
  return {
    addresses,
    answer: (...next: string[]) => void (found = next),
    fail: () => void (found = undefined),
    asked: () => asked,
  };
}
