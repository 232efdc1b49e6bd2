import type { Row } from "../build/dashboard.ts";
import { instant } from "../build/query.ts";
import { stat, verdict } from "../build/stat.ts";
import { LAG } from "./expressions.ts";
import { eitherWord, wordLook, words } from "./words.ts";

export const eventsVerdicts: Row = {
  title: "Is it fine?",
  panels: [
    verdict({
      title: "Outboxes",
      description:
        "The age of the oldest event that the bus has not taken: from 10 s on events wait, from 60 s on they stand.",
      after: { mayBeZero: "an empty outbox is 0 seconds behind" },
      queries: [instant("max(outbox_oldest_unsent_seconds)")],
      look: wordLook(words("Flow", { from: 10, text: "Wait" }, { from: 60, text: "Stand still" }), "Unknown"),
      width: 4,
    }),
    verdict({
      title: "Relays",
      description: "Whether each outbox has exactly one relay at work. None for a few seconds is a change of leader.",
      after: "suite",
      queries: [instant("min(sum by (service) (outbox_relay_leader))")],
      look: wordLook(
        [
          { from: 1, to: 1, text: "One each", colour: "good" },
          { from: 0, to: 0, text: "One is missing", colour: "bad" },
          { from: 2, to: 99, text: "Too many", colour: "bad" },
        ],
        "Unknown",
      ),
      width: 4,
    }),
    verdict({
      title: "Consumers",
      description: "Records that no consumer has finished, of all topics.",
      after: { mayBeZero: "consumers that keep up are 0 records behind" },
      queries: [instant(`sum(${LAG})`)],
      look: wordLook(
        words("Keep up", { from: 100, text: "Fall behind" }, { from: 1000, text: "Far behind" }),
        "Unknown",
      ),
      width: 4,
    }),
    verdict({
      title: "Set aside",
      description:
        "Events that a consumer gave up, and those of the same aggregate behind them: told to dlq, replayed once the cause is mended.",
      after: { mayBeZero: "nothing is set aside on a good day" },
      queries: [instant("sum(max by (consumer) (inbox_parked_events))")],
      look: wordLook(eitherWord("None", { from: 1, text: "Some: replay" }), "Unknown"),
      width: 4,
    }),
    verdict({
      title: "Refused",
      description: "Events in the outboxes that the bus can never take, too large ones for instance.",
      after: { mayBeZero: "nothing is refused on a good day" },
      queries: [instant("sum(max by (service) (outbox_parked_events))")],
      look: wordLook(eitherWord("None", { from: 1, text: "Some: look" }), "Unknown"),
      width: 4,
    }),
    stat({
      title: "Last stored",
      description: "How long ago ClickHouse took an event. Without orders nothing is stored, and that is fine.",
      after: "suite",
      queries: [instant('time() - max(clickhouse_last_insert_timestamp_seconds{table="events"})')],
      look: { unit: "s", decimals: 0, noValue: "Not yet" },
      graph: false,
      width: 4,
    }),
  ],
};
