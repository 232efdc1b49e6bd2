import { describe } from "vitest";
import { consumeContract } from "../test/bus-contract-consume.ts";
import { membersContract } from "../test/bus-contract-members.ts";
import { publishContract } from "../test/bus-contract-publish.ts";
import { kafkaHarness } from "./kafka-harness.ts";

describe("Kafka by kafkajs, as", () => {
  const harness = kafkaHarness("kafkajs");

  publishContract(harness);
  consumeContract(harness);
  membersContract(harness);
});
