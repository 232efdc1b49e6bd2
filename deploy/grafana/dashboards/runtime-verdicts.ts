import type { Row } from "../build/dashboard.ts";
import { instant } from "../build/query.ts";
import { verdict } from "../build/stat.ts";
import { eitherWord, wordLook, words } from "./words.ts";

const OF = 'service=~"$service"';

export const runtimeVerdicts: Row = {
  title: "Is it fine?",
  panels: [
    verdict({
      title: "Event loop",
      description: "The worst process: fine below 100 ms, blocked from 200 ms on.",
      after: "suite",
      queries: [instant(`max(nodejs_eventloop_lag_p99_seconds{${OF}})`)],
      look: wordLook(words("Fine", { from: 0.1, text: "Held up" }, { from: 0.2, text: "Blocked" }), "Unknown"),
      width: 4,
    }),
    verdict({
      title: "Memory",
      description:
        "The largest process: fine below 150 MiB, large from there, and from 160 MiB on near the 170 that compose gives it.",
      after: "suite",
      queries: [instant(`max(process_resident_memory_bytes{${OF}}) / 1048576`)],
      look: wordLook(words("Fine", { from: 150, text: "Large" }, { from: 160, text: "Near the limit" }), "Unknown"),
      width: 4,
    }),
    verdict({
      title: "Pools",
      description: "Whether callers wait for a connection to a database.",
      after: { mayBeZero: "nobody waits on a good day" },
      queries: [instant(`max(db_client_connection_pending_requests{${OF}})`)],
      look: wordLook(words("Free", { from: 1, text: "Callers wait" }, { from: 10, text: "Many wait" }), "Unknown"),
      width: 4,
    }),
    verdict({
      title: "Tasks",
      description: "Whether one failed and was started again within 10 minutes.",
      after: { mayBeZero: "no task fails on a good day" },
      queries: [instant(`sum(increase(task_restarts_total{${OF}}[10m]))`)],
      look: wordLook(
        words("Run", { from: 0.5, text: "Some restarted" }, { from: 10, text: "Keep failing" }),
        "Unknown",
      ),
      width: 4,
    }),
    verdict({
      title: "Restarts",
      description: "Whether a process was started within the last 10 minutes: deployed, or died.",
      after: "suite",
      queries: [instant(`(time() - max(process_start_time_seconds{${OF}})) / 60`)],
      look: wordLook(
        [
          { from: 0, to: 9.999, text: "Restarted lately", colour: "warn" },
          { from: 10, to: 1e12, text: "None", colour: "good" },
        ],
        "Unknown",
      ),
      width: 4,
    }),
    verdict({
      title: "Checks",
      description: "Whether every check of every chosen process's /readyz passes.",
      after: "suite",
      queries: [instant(`2 - min(readiness_check{${OF}})`)],
      look: wordLook(eitherWord("All pass", { from: 2, text: "One fails" }), "Unknown"),
      width: 4,
    }),
  ],
};
