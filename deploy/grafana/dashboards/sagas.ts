import { chart } from "../build/chart.ts";
import type { Dashboard, Row } from "../build/dashboard.ts";
import { rising } from "../build/look.ts";
import { range } from "../build/query.ts";
import { chats } from "./chats.ts";
import { counted, quantile } from "./expressions.ts";
import { sagasVerdicts } from "./sagas-verdicts.ts";

const people: Row = {
  title: "People",
  panels: [
    chart({
      title: "Sign-ups that ended",
      description: "How many, by outcome. Failed ones left nothing behind: the address is free again.",
      after: "suite",
      queries: [range(counted("outcome", "accounts_sign_ups_total"), "{{outcome}}")],
      look: { unit: "short", decimals: 0, min: 0, noValue: "None ended" },
      colours: { completed: "good", failed: "bad" },
      bars: true,
      stacked: true,
      width: 12,
    }),
    chart({
      title: "Deletions that ended",
      description: "How many, by outcome. Refused: an order or a delivery was under way, and the user stays.",
      after: "suite",
      queries: [range(counted("outcome", "accounts_deletions_total"), "{{outcome}}")],
      look: { unit: "short", decimals: 0, min: 0, noValue: "None ended" },
      colours: { erased: "good", refused: "warn" },
      bars: true,
      stacked: true,
      width: 12,
    }),
  ],
};

const sagas: Row = {
  title: "Sagas",
  panels: [
    chart({
      title: "Under way",
      description:
        "Sagas that have not ended, by kind. A line that stays: see `npm run ops -- sagas list`, and which participant does not answer.",
      after: { mayBeZero: "sagas end between two scrapes" },
      queries: [range("max by (kind) (saga_active)", "{{kind}}")],
      look: { unit: "short", decimals: 0, min: 0, thresholds: rising(10, 100) },
      width: 6,
    }),
    chart({
      title: "Turned back",
      description:
        "How many sagas were undone, by the step that they came to. A deletion that is refused turns back too; a sign-up should not.",
      after: "suite",
      queries: [range(counted("kind, step", "saga_compensations_total"), "{{kind}} at {{step}}")],
      look: { unit: "short", decimals: 0, min: 0, noValue: "None turned back" },
      bars: true,
      stacked: true,
      width: 6,
    }),
    chart({
      title: "Asked again",
      description: "Commands that were sent again because no answer came, by step: its participant is slow or away.",
      after: "faults",
      queries: [range(counted("kind, step", "saga_resends_total"), "{{kind}} at {{step}}")],
      look: { unit: "short", decimals: 0, min: 0, noValue: "None asked again" },
      bars: true,
      stacked: true,
      width: 6,
    }),
    chart({
      title: "Time of a saga",
      description: "95 % end faster, by kind and by how they end.",
      after: "suite",
      queries: [range(quantile(0.95, "kind, state", "saga_duration_seconds"), "{{kind}} {{state}}")],
      look: { unit: "s", min: 0, thresholds: rising(5, 60) },
      width: 6,
    }),
  ],
};

export const SAGAS: Dashboard = {
  uid: "sagas",
  title: "Users and sagas",
  description:
    "Who comes and goes, the sagas that make and forget them: which are under way, turn back or wait; and what people say.",
  variables: [],
  rows: [sagasVerdicts, people, sagas, chats],
};
