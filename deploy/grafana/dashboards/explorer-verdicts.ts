import type { Row } from "../build/dashboard.ts";
import { sql } from "../build/query.ts";
import { stat, verdict } from "../build/stat.ts";
import { eitherWord, wordLook, words } from "./words.ts";

const LEVEL = (level: string) =>
  sql(
    "table",
    `
    SELECT sum(lines) AS lines
      FROM log_counts
     WHERE $__timeFilter(minute) AND level = '${level}' AND service IN (\${service:singlequote})`,
  );

export const explorerVerdicts: Row = {
  title: "Is it fine?",
  panels: [
    verdict({
      title: "Errors told",
      description: "Log lines of level error within the shown time: each is a bug or an engine that is away.",
      after: { mayBeZero: "no error is told on a good day" },
      queries: [LEVEL("error")],
      look: wordLook(words("None", { from: 1, text: "Some: look" }, { from: 100, text: "Many: look" }), "None"),
      width: 5,
    }),
    verdict({
      title: "Warnings told",
      description: "Log lines of level warn within the shown time.",
      after: { mayBeZero: "no warning is told on a good day" },
      queries: [LEVEL("warn")],
      look: wordLook(words("Few", { from: 100, text: "Many" }, { from: 1000, text: "Very many" }), "None"),
      width: 5,
    }),
    verdict({
      title: "Unreadable records",
      description:
        "Records of event topics within the shown time that are no events: kept as they came, in unreadable_records.",
      after: { mayBeZero: "every record should be an event" },
      queries: [sql("table", "SELECT count() AS records FROM unreadable_records WHERE $__timeFilter(arrived_at)")],
      look: wordLook(eitherWord("None", { from: 1, text: "Some: look" }), "None"),
      width: 5,
    }),
    verdict({
      title: "Numbers are fresh",
      description: "The age of the views that count lines and events.",
      after: "suite",
      queries: [sql("table", "SELECT max(age_s) AS age FROM view_freshness")],
      look: wordLook(words("Fresh", { from: 60, text: "Old" }, { from: 300, text: "Very old" }), "Unknown"),
      width: 5,
    }),
    stat({
      title: "Lines",
      description: "Log lines of the chosen services within the shown time.",
      after: "suite",
      queries: [
        sql(
          "table",
          "SELECT sum(lines) AS lines FROM log_counts WHERE $__timeFilter(minute) AND service IN (${service:singlequote})",
        ),
      ],
      look: { unit: "locale", decimals: 0 },
      graph: false,
      width: 4,
    }),
  ],
};
