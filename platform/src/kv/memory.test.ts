import { describe } from "vitest";
import { keyValueContract } from "../testing/key-value-contract.ts";
import { createMemoryStore } from "./memory.ts";

describe("the store in memory", () => {
  keyValueContract(async () => createMemoryStore());
});
