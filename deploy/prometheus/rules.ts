import { ALERTS } from "./alerts.ts";
import { BURN_ALERTS, OBJECTIVES, WINDOWS, type BurnAlert, type Objective } from "./objectives.ts";
import { type Yaml } from "./to-yaml.ts";

type Rule = { readonly [key: string]: Yaml };

/** Prometheus' rules: how fast each promise is being broken, and what somebody must look at. */
export function rules(): Rule {
  return {
    groups: [
      { name: "objectives", rules: [...OBJECTIVES.flatMap(errorRatios), ...WINDOWS.map(burnRate)] },
      { name: "objective alerts", rules: BURN_ALERTS.map(burnAlert) },
      { name: "alerts", rules: ALERTS.map(({ name, forTime, ...rule }) => ({ alert: name, for: forTime, ...rule })) },
    ],
  };
}

/** The share of bad requests, per window. */
function errorRatios({ slo, objective, good, total }: Objective): Rule[] {
  const labels = { slo };
  return [
    { record: "slo:objective:ratio", labels, expr: `vector(${objective})` },
    ...WINDOWS.map((window) => ({
      record: `slo:error:ratio_rate${window}`,
      labels,
      expr: `1 - ${good(window)} / ${total(window)}`,
    })),
  ];
}

/** 1 uses up the budget of 30 days in 30 days, 2 in 15. Every promise at once, by the label `slo`. */
function burnRate(window: string): Rule {
  return { record: `slo:burn:ratio_rate${window}`, expr: `slo:error:ratio_rate${window} / (1 - slo:objective:ratio)` };
}

function burnAlert({ name, severity, long, short, factor }: BurnAlert): Rule {
  return {
    alert: name,
    expr: `slo:burn:ratio_rate${long} > ${factor} and slo:burn:ratio_rate${short} > ${factor}`,
    labels: { severity, dashboard: "gateway" },
    annotations: {
      summary: `{{ $labels.slo }}: broken more than ${factor} times as often as its budget allows, over ${long} and over ${short}`,
    },
  };
}
