import { describe, expect, it } from "vitest";
import { currentContext, type RequestContext, runInContext } from "@animal-delivery/platform/request-context";
import { inBatches } from "./batches.ts";

describe("work in batches", () => {
  it("goes at once alone, and together when some of it is on its way", async () => {
    const { batches, release, submit } = given(10);

    const results = ["a", "b", "c"].map((item) => submit("otters", item));
    expect(batches).toEqual([["a"]]);
    release();

    expect(await Promise.all(results)).toEqual(["A", "B", "C"]);
    expect(batches).toEqual([["a"], ["b", "c"]]);
  });

  it("does not wait for work under another name", async () => {
    const { batches, release, submit } = given(10);

    const results = [submit("otters", "a"), submit("ferrets", "b")];

    expect(batches).toEqual([["a"], ["b"]]);
    release();
    await Promise.all(results);
  });

  it("takes so many at a time", async () => {
    const { batches, release, submit } = given(2);

    const results = ["a", "b", "c", "d"].map((item) => submit("otters", item));
    release();

    await Promise.all(results);
    expect(batches).toEqual([["a"], ["b", "c"], ["d"]]);
  });

  it("refuses what is refused, and nothing else of its batch", async () => {
    const { release, submit } = given(10);

    const results = ["a", "refused", "c"].map((item) => submit("otters", item));
    release();

    const outcomes = await Promise.allSettled(results);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("rejects the whole batch when its work fails, and goes on", async () => {
    const { release, submit } = given(10);

    const first = submit("otters", "a");
    const failing = [submit("otters", "failing"), submit("otters", "c")];
    release();

    expect(await first).toBe("A");
    for (const result of failing) await expect(result).rejects.toThrow("the work failed");
    expect(await submit("otters", "d")).toBe("D");
  });

  it("leaves out whoever gave up while they waited", async () => {
    const { batches, release, submit } = given(10);
    const leave = new AbortController();

    const first = submit("otters", "a");
    const left = runInContext(contextOf("left", leave.signal), () => submit("otters", "b"));
    const last = submit("otters", "c");
    leave.abort();
    release();

    await expect(left).rejects.toMatchObject({ kind: "deadlineExceeded" });
    expect(await Promise.all([first, last])).toEqual(["A", "C"]);
    expect(batches).toEqual([["a"], ["c"]]);
  });

  it("is done as the first one's of its batch, but ended by nobody", async () => {
    const { contexts, release, submit } = given(10);
    const leave = new AbortController();
    const submitAs = (requestId: string, item: string) =>
      runInContext(contextOf(requestId, leave.signal), () => submit("otters", item));

    const results = [submitAs("one", "a"), submitAs("two", "b"), submit("otters", "c"), submitAs("four", "d")];
    release();
    await Promise.all(results);

    expect(contexts.map((context) => context?.requestId)).toEqual(["one", "two"]);
    expect(contexts.map((context) => context?.signal)).toEqual([undefined, undefined]);
  });
});

/** Work that puts letters in capitals, and waits with its first batches until it is released. */
function given(itemsMax: number) {
  const batches: string[][] = [];
  const contexts: (RequestContext | undefined)[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const submit = inBatches<string, string>(itemsMax, async (_, items) => {
    batches.push([...items]);
    contexts.push(currentContext());
    await released;
    if (items.includes("failing")) throw new Error("the work failed");
    return items.map((item) => () => {
      if (item === "refused") throw new Error("refused");
      return item.toUpperCase();
    });
  });
  return { batches, contexts, release, submit };
}

function contextOf(requestId: string, signal: AbortSignal): RequestContext {
  return { requestId, correlationId: requestId, trace: {} as RequestContext["trace"], signal };
}
