import { chart } from "../build/chart.ts";
import type { Row } from "../build/dashboard.ts";
import { range } from "../build/query.ts";

/** Some versions of the collector end the names of their counters in `_total`, some do not. */
const perSecond = (name: string, by: string) =>
  `sum by (${by}) (rate({__name__=~"${name}(_total)?"}[$__rate_interval]))`;

export const telemetry: Row = {
  title: "Traces on their way",
  panels: [
    chart({
      title: "Spans that the collector took",
      description: "Per second. What it keeps of them is sampled: errors and slow traces all, others in part.",
      after: "suite",
      queries: [
        range(perSecond("otelcol_receiver_accepted_spans", "job"), "taken"),
        range(perSecond("otelcol_exporter_sent_spans", "exporter"), "sent: {{exporter}}"),
      ],
      look: { unit: "suffix:/s" },
      width: 12,
    }),
    chart({
      title: "Spans that the collector lost",
      description: "Per second: refused because memory ran short, or not taken by Jaeger.",
      after: { mayBeEmpty: "the counters begin with the first loss" },
      queries: [
        range(perSecond("otelcol_receiver_refused_spans", "job"), "refused"),
        range(perSecond("otelcol_exporter_send_failed_spans", "exporter"), "not sent: {{exporter}}"),
      ],
      look: { unit: "suffix:/s", noValue: "None lost" },
      width: 12,
    }),
  ],
};
