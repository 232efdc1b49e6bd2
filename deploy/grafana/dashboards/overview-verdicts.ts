import { OUR_SERVICES } from "../../embedded/ports.ts";
import type { Row } from "../build/dashboard.ts";
import { instant } from "../build/query.ts";
import { verdict } from "../build/stat.ts";
import { LAG, OURS } from "./expressions.ts";
import { wordLook, words } from "./words.ts";

/** So many when none is away. */
const ALL = OUR_SERVICES.length;

const BURN = wordLook(
  words("As promised", { from: 1, text: "Budget shrinks" }, { from: 6, text: "Promise broken" }),
  "No requests",
  "gateway",
);

/** The first row: each tile answers in words. */
export const overviewVerdicts: Row = {
  title: "Is it fine?",
  panels: [
    verdict({
      title: "Services",
      description: "Whether each of our services has a process that answers Prometheus.",
      after: "suite",
      queries: [instant(`count(count by (job) (up{job=~"${OURS}"} == 1))`)],
      look: wordLook(
        [
          { from: ALL, to: ALL, text: "All up", colour: "good" },
          { from: 1, to: ALL - 1, text: "One is away", colour: "bad" },
        ],
        "All away",
        "services",
      ),
      width: 4,
    }),
    verdict({
      title: "Availability",
      description: "Whether fewer than 0.1 % of the requests of the last hour were answered by 5xx, as promised.",
      after: { mayBeZero: "a burn rate of 0 is a promise kept" },
      queries: [instant('slo:burn:ratio_rate1h{slo="availability"}')],
      look: BURN,
      width: 4,
    }),
    verdict({
      title: "Speed",
      description: "Whether 95 % of the requests of the last hour were answered within 200 ms, as promised.",
      after: { mayBeZero: "a burn rate of 0 is a promise kept" },
      queries: [instant('slo:burn:ratio_rate1h{slo="latency"}')],
      look: BURN,
      width: 4,
    }),
    verdict({
      title: "Outboxes",
      description:
        "The age of the oldest event that the bus has not taken: from 10 s on they wait, from 60 s on they stand.",
      after: { mayBeZero: "an empty outbox is 0 seconds behind" },
      queries: [instant("max(outbox_oldest_unsent_seconds)")],
      look: wordLook(words("Flow", { from: 10, text: "Wait" }, { from: 60, text: "Stand still" }), "Unknown", "events"),
      width: 4,
    }),
    verdict({
      title: "Consumers",
      description:
        "How many records of all topics no consumer has finished: over 100 they fall behind, over 1,000 badly.",
      after: { mayBeZero: "consumers that keep up are 0 records behind" },
      queries: [instant(`sum(${LAG})`)],
      look: wordLook(
        words("Keep up", { from: 100, text: "Fall behind" }, { from: 1000, text: "Far behind" }),
        "Unknown",
        "events",
      ),
      width: 4,
    }),
    verdict({
      title: "Set aside",
      description: "Events that consumers gave up, and those behind them. Mend the cause, then replay them.",
      after: { mayBeZero: "nothing is set aside on a good day" },
      queries: [instant("sum(max by (consumer) (inbox_parked_events))")],
      look: wordLook(
        words("None", { from: 1, text: "Some: look" }, { from: 100, text: "Many: look" }),
        "Unknown",
        "events",
      ),
      width: 4,
    }),
  ],
};
