import { describe } from "vitest";
import { kafkaContract } from "./kafka-contract.ts";
import { kafkaHarness } from "./kafka-harness.ts";

describe("Kafka by kafkajs, as", () => {
  kafkaContract(kafkaHarness("kafkajs"));
});
