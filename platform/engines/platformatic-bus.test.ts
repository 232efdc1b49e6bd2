import { describe } from "vitest";
import { kafkaContract } from "./kafka-contract.ts";
import { kafkaHarness } from "./kafka-harness.ts";

describe("Kafka by @platformatic/kafka, as", () => {
  kafkaContract(kafkaHarness("platformatic"));
});
