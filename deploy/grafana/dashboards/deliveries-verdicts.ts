import type { Row } from "../build/dashboard.ts";
import { sql } from "../build/query.ts";
import { stat, verdict } from "../build/stat.ts";
import { eitherWord, wordLook, words } from "./words.ts";

const HOUR = 3600;

/** Planning data, not legal advice: beyond 8 hours a journey is long in the EU and asks for more equipment (Regulation 1/2005). */
const LONG_JOURNEY_S = 8 * HOUR;
/** Unweaned animals travel 9 hours at most before they rest. */
const REST_S = 9 * HOUR;

const OLDEST = (status: string) => sql("table", `SELECT oldest_s FROM open_deliveries WHERE status = '${status}'`);
const FAILED = (reasons: string) =>
  sql(
    "table",
    `
    SELECT sum(deliveries) AS deliveries
      FROM failures_by_minute
     WHERE $__timeFilter(minute) AND reason IN (${reasons})`,
  );

export const deliveriesVerdicts: Row = {
  title: "Is it fine?",
  panels: [
    verdict({
      title: "Journeys",
      description:
        "The longest journey that goes on. Beyond 8 h it is long in the EU and needs a vehicle equipped for it; at 9 h unweaned animals must rest. Planning data, not legal advice.",
      after: { mayBeZero: "nobody may be on the road" },
      queries: [OLDEST("picked_up")],
      look: wordLook(
        words(
          "No long journey",
          { from: LONG_JOURNEY_S, text: "A long journey" },
          { from: REST_S, text: "Rest is due" },
        ),
        "Unknown",
      ),
      width: 4,
    }),
    verdict({
      title: "No courier yet",
      description: "The oldest delivery without a courier: late from 30 min on, far too late from 2 h on.",
      after: { mayBeZero: "each delivery may have its courier" },
      queries: [OLDEST("pending")],
      look: wordLook(
        words("Served", { from: HOUR / 2, text: "Late" }, { from: 2 * HOUR, text: "Far too late" }),
        "Unknown",
      ),
      width: 4,
    }),
    verdict({
      title: "Not picked up",
      description:
        "The oldest delivery whose courier has not come for the animal: late from 2 h on, far too late from 6 h on.",
      after: { mayBeZero: "each animal may be on its way" },
      queries: [OLDEST("assigned")],
      look: wordLook(
        words("On time", { from: 2 * HOUR, text: "Late" }, { from: 6 * HOUR, text: "Far too late" }),
        "Unknown",
      ),
      width: 4,
    }),
    verdict({
      title: "Harmed",
      description:
        "Deliveries within the shown time that failed because the animal was unfit or died. Each one is looked into.",
      after: { mayBeZero: "no animal should come to harm" },
      queries: [FAILED("'animal_unfit', 'animal_died'")],
      look: wordLook(eitherWord("None", { from: 1, text: "Look into it" }), "None"),
      width: 4,
    }),
    verdict({
      title: "Missing papers",
      description:
        "Deliveries within the shown time that failed because papers were missing: mend how orders are checked.",
      after: { mayBeZero: "all papers may be there" },
      queries: [FAILED("'papers_missing'")],
      look: wordLook(eitherWord("None", { from: 1, text: "Some" }), "None"),
      width: 4,
    }),
    stat({
      title: "Age",
      description:
        "The views behind this page are rebuilt every few seconds; older than a minute means that ClickHouse or the logging service is in trouble.",
      after: "suite",
      queries: [sql("table", "SELECT max(age_s) AS age FROM view_freshness")],
      look: {
        unit: "s",
        decimals: 0,
        thresholds: {
          base: "good",
          steps: [
            { from: 60, colour: "warn" },
            { from: 300, colour: "bad" },
          ],
        },
      },
      graph: false,
      width: 4,
    }),
  ],
};
