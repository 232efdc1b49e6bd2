import { toJson } from "@bufbuild/protobuf";
import {
  GetOutboxResponseSchema,
  RetryOutboxRowResponseSchema,
  SkipOutboxRowResponseSchema,
} from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { requiredText, serviceOf } from "../arguments.ts";
import { ago, counted, table } from "../table.ts";
import type { Verb } from "../verb.ts";

const ONE_SERVICE = { min: 1, max: 1 };

export const outboxVerbs: readonly Verb[] = [
  {
    name: "outbox retry",
    options: ["event"],
    words: ONE_SERVICE,
    async run({ services, as, ...given }) {
      const eventId = requiredText(given, "event");
      const answer = await services.operations(serviceOf(given.words[0])).retryOutboxRow({ eventId }, as);
      const text = `the relay has ${counted(answer.released, "event")} back`;
      return { text, json: toJson(RetryOutboxRowResponseSchema, answer) };
    },
  },
  {
    name: "outbox skip",
    options: ["event", "reason"],
    words: ONE_SERVICE,
    async run({ services, as, ...given }) {
      const request = { eventId: requiredText(given, "event"), reason: requiredText(given, "reason") };
      const answer = await services.operations(serviceOf(given.words[0])).skipOutboxRow(request, as);
      const text = `skipped; the relay has ${counted(answer.released, "event")} back that waited behind it`;
      return { text, json: toJson(SkipOutboxRowResponseSchema, answer) };
    },
  },
  {
    name: "outbox",
    words: ONE_SERVICE,
    async run({ services, as, words }) {
      const answer = await services.operations(serviceOf(words[0])).getOutbox({}, as);
      const { unsentEvents, oldestUnsentAt, parkedEvents, parkedAggregates, consumers } = answer;
      const rows = [
        ["outbox", "unsent", String(unsentEvents), "", unsentEvents > 0n ? `oldest ${ago(oldestUnsentAt)}` : ""],
        ["outbox", "parked", String(parkedEvents), String(parkedAggregates), ""],
        ...consumers.map(({ consumer, events, aggregates }) => [
          `consumer ${consumer}`,
          "parked",
          String(events),
          String(aggregates),
          "",
        ]),
      ];
      const text = table(["WHERE", "STATE", "EVENTS", "AGGREGATES", ""], rows);
      return { text, json: toJson(GetOutboxResponseSchema, answer) };
    },
  },
];
