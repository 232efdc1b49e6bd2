import { expect, it } from "vitest";
import { createOneByOne } from "./one-by-one.ts";

it("work of one name is done in turn, after a failure too, and work of another name beside it", async () => {
  const oneByOne = createOneByOne();
  const said: string[] = [];
  const work = (what: string, rounds: number) => async () => {
    said.push(`${what} begins`);
    for (let round = 0; round < rounds; round++) await Promise.resolve();
    said.push(`${what} ends`);
    if (what === "a1") throw new Error("a1 failed");
    return what;
  };

  const answers = await Promise.allSettled([
    oneByOne("a", work("a1", 20)),
    oneByOne("a", work("a2", 20)),
    oneByOne("b", work("b1", 20)),
  ]);

  expect(answers.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect(said.filter((line) => line.startsWith("a"))).toEqual(["a1 begins", "a1 ends", "a2 begins", "a2 ends"]);
  expect(said.indexOf("b1 begins")).toBeLessThan(said.indexOf("a1 ends"));
});
