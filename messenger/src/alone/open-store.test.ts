import { getHeapStatistics } from "node:v8";
import { expect, it } from "vitest";
import { messageBytesMax } from "./open-store.ts";

const MIB = 1024 * 1024;

it("lets messages take what they are given", () => {
  expect(messageBytesMax({ maxMemory: 3, maxSessions: 1, maxChats: 1 })).toBe(3 * MIB);
});

it("gives messages half of what sessions and chats leave of the heap", () => {
  const heap = getHeapStatistics().heap_size_limit;
  const of = (maxSessions: number, maxChats: number) =>
    messageBytesMax({ maxMemory: undefined, maxSessions, maxChats });

  expect(Math.abs(of(1, 1) - heap / 2)).toBeLessThan(MIB);
  expect(of(1, 1) - of(100_001, 1)).toBe(20_000_000);
  expect(of(1, 1) - of(1, 10_001)).toBe(11_500_000);
  expect(of(2 ** 31 - 1, 1)).toBe(MIB);
});
