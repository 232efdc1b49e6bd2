import type { Row } from "../build/dashboard.ts";
import { instant, range } from "../build/query.ts";
import { stat, verdict } from "../build/stat.ts";
import { eitherWord, wordLook, words } from "./words.ts";

export const gatewayVerdicts: Row = {
  title: "Is it fine?",
  panels: [
    verdict({
      title: "Answers",
      description: "Whether within 5 minutes fewer than 0.1 % (fine) or 1 % of the requests were answered by 5xx.",
      after: { mayBeZero: "no 5xx is what one hopes for" },
      queries: [instant('slo:error:ratio_rate5m{slo="availability"}')],
      look: wordLook(
        words("Fine", { from: 0.001, text: "Some fail" }, { from: 0.01, text: "Many fail" }),
        "No requests",
      ),
      width: 4,
    }),
    verdict({
      title: "Speed",
      description: "Whether 95 % of the requests of 5 minutes were answered within 200 ms, as promised.",
      after: { mayBeZero: "all requests may be fast" },
      queries: [instant('slo:error:ratio_rate5m{slo="latency"}')],
      look: wordLook(words("Fast", { from: 0.05, text: "Slow" }, { from: 0.25, text: "Very slow" }), "No requests"),
      width: 4,
    }),
    verdict({
      title: "Services",
      description: "Whether calls to the services had to be tried again within 5 minutes.",
      after: { mayBeEmpty: "the counter begins with the first retry" },
      queries: [instant('sum(increase(rpc_client_retries_total{service="api-gateway"}[5m]))')],
      look: wordLook(
        words("Answer at once", { from: 1, text: "Some retries" }, { from: 100, text: "Many retries" }),
        "Answer at once",
        "services",
      ),
      width: 4,
    }),
    verdict({
      title: "Ended sessions",
      description:
        "The age of the gateway's copy of the sessions that ended: above 5 s, tokens of a session just ended may still be taken.",
      after: "suite",
      queries: [instant('max(denied_sessions_copy_age_seconds{service="api-gateway"})')],
      look: wordLook(eitherWord("Up to date", { from: 5, text: "Copy is old" }), "Unknown", "runtime"),
      width: 4,
    }),
    verdict({
      title: "Redis",
      description:
        "Whether every process of every service is connected. Without it, limits count per process and login sessions answer 503.",
      after: { mayBeEmpty: "a platform of one process needs no Redis" },
      queries: [instant("2 - min(redis_connected)")],
      look: wordLook(eitherWord("Connected", { from: 2, text: "Away" }), "Not used", "runtime"),
      width: 4,
    }),
    stat({
      title: "Active users",
      description:
        "Users with a request within the last 5 minutes, over all gateways. While their store is away each gateway counts alone, and whoever asked two of them counts twice.",
      after: "suite",
      queries: [range('max(active_users{scope="platform"}) or sum(active_users{scope="process"})', "")],
      look: { unit: "short", decimals: 0 },
      width: 4,
    }),
  ],
};
