import { expect, it } from "vitest";
import { TopicOrder } from "./topic-order.ts";

function violationsOf(...versions: bigint[]): number {
  const order = new TopicOrder();
  for (const version of versions) order.see({ aggregateId: "a", version });
  return order.violations.length;
}

it.each([
  ["in order", [1n, 2n, 3n], 0],
  ["with a repetition", [1n, 2n, 1n, 2n, 3n], 0],
  ["with a jump", [1n, 3n], 1],
  ["with a jump that is made good later", [1n, 3n, 2n], 1],
])("versions %s", (_, versions, violations) => {
  expect(violationsOf(...versions)).toBe(violations);
});
