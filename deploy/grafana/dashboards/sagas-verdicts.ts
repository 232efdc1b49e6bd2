import type { Row } from "../build/dashboard.ts";
import { instant } from "../build/query.ts";
import { verdict } from "../build/stat.ts";
import { countedLately } from "./expressions.ts";
import { eitherWord, wordLook, words } from "./words.ts";

export const sagasVerdicts: Row = {
  title: "Is it fine?",
  panels: [
    verdict({
      title: "Sagas",
      description: "Sagas under way at this moment: from 10 on they pile up, from 100 on something stands still.",
      after: { mayBeZero: "sagas end between two scrapes" },
      queries: [instant("sum(max by (kind) (saga_active))")],
      look: wordLook(words("Flow", { from: 10, text: "Pile up" }, { from: 100, text: "Stand still" }), "Unknown"),
      width: 5,
    }),
    verdict({
      title: "Sign-ups",
      description: "Whether sign-ups of the last quarter of an hour failed after all, and were undone.",
      after: { mayBeEmpty: "the series begins with the first failure" },
      queries: [instant(countedLately('accounts_sign_ups_total{outcome="failed"}'))],
      look: wordLook(words("Succeed", { from: 0.5, text: "Some fail" }, { from: 10, text: "Many fail" }), "Succeed"),
      width: 5,
    }),
    verdict({
      title: "Participants",
      description:
        "Whether services answered what sagas asked within the last quarter of an hour, or were asked again.",
      after: { mayBeEmpty: "the series begins with the first resend" },
      queries: [instant(countedLately("saga_resends_total"))],
      look: wordLook(words("Answer", { from: 0.5, text: "Some slowly" }, { from: 20, text: "Not all" }), "Answer"),
      width: 5,
    }),
    verdict({
      title: "Commands and replies",
      description: "Records of sagas that no consumer has finished.",
      after: { mayBeZero: "consumers that keep up are 0 records behind" },
      queries: [instant('sum(max by (consumer, topic, partition) (consumer_lag_records{topic=~"saga.*"}))')],
      look: wordLook(
        words("Keep up", { from: 20, text: "Fall behind" }, { from: 200, text: "Far behind" }),
        "Unknown",
        "events",
      ),
      width: 5,
    }),
    verdict({
      title: "Dead letters",
      description: "Whether consumers of any topic gave records up within the last quarter of an hour.",
      after: { mayBeEmpty: "the series begins with the first record given up" },
      queries: [instant(countedLately("dlq_messages_total"))],
      look: wordLook(eitherWord("None", { from: 0.5, text: "Some: look" }), "None", "events"),
      width: 4,
    }),
  ],
};
