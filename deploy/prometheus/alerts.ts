import { OUR_SERVICES } from "../embedded/ports.ts";

/** Something that a person must look at. */
interface Alert {
  readonly name: string;
  readonly expr: string;
  readonly forTime: string;
  readonly labels: {
    readonly severity: "page" | "ticket";
    /** Where one looks next: the address of a dashboard. */
    readonly dashboard: string;
  };
  readonly annotations: { readonly summary: string };
}

function alert(
  severity: "page" | "ticket",
  name: string,
  expr: string,
  forTime: string,
  summary: string,
  dashboard: string,
): Alert {
  return { name, expr, forTime, labels: { severity, dashboard }, annotations: { summary } };
}

/** What the objectives do not see: users are served, and something behind them stands still. */
export const ALERTS: readonly Alert[] = [
  alert(
    "page",
    "ServiceAway",
    `count by (job) (up{job=~"${OUR_SERVICES.join("|")}"}) - sum by (job) (up) > 0`,
    "1m",
    "{{ $labels.job }}: {{ $value }} of its processes cannot be asked for metrics",
    "overview",
  ),
  alert(
    "page",
    "ServiceGone",
    // A service found by its name in DNS leaves no series behind when its last process has gone.
    OUR_SERVICES.map((job) => `absent(up{job="${job}"})`).join(" or "),
    "2m",
    "{{ $labels.job }}: not one of its processes can be found",
    "overview",
  ),
  alert(
    "page",
    "OutboxStands",
    "max by (service) (outbox_oldest_unsent_seconds) > 60",
    "2m",
    "{{ $labels.service }}: the oldest unsent event is {{ $value | humanizeDuration }} old",
    "events",
  ),
  alert(
    "page",
    "RelayMissing",
    "sum by (service) (outbox_relay_leader) < 1",
    "2m",
    "{{ $labels.service }}: no process relays its outbox",
    "events",
  ),
  alert(
    "page",
    "ConsumerBehind",
    "sum by (consumer, topic) (max by (consumer, topic, partition) (consumer_lag_records)) > 1000",
    "5m",
    "{{ $labels.consumer }} is {{ $value }} records of {{ $labels.topic }} behind",
    "events",
  ),
  alert(
    "ticket",
    "ConsumerStands",
    "max by (consumer, topic, partition) (min_over_time(consumer_lag_records[15m])) > 0",
    "1m",
    "{{ $labels.consumer }} has not reached the end of {{ $labels.topic }}, partition {{ $labels.partition }}, for 15 minutes",
    "events",
  ),
  alert(
    "ticket",
    "EventsParked",
    "max by (consumer) (inbox_parked_events) > 0",
    "1m",
    "{{ $labels.consumer }} set {{ $value }} events aside: mend the cause, then replay them",
    "events",
  ),
  alert(
    "ticket",
    "OutboxParked",
    "max by (service) (outbox_parked_events) > 0",
    "1m",
    "{{ $labels.service }} holds {{ $value }} events back that the bus did not take: retry or skip the first of each aggregate",
    "events",
  ),
  alert(
    "ticket",
    "SagaUnanswered",
    "sum by (kind, step) (increase(saga_resends_total[10m])) > 10",
    "1m",
    "{{ $labels.kind }} sagas wait at the step {{ $labels.step }}: its participant does not answer, or refuses where there is no way back",
    "sagas",
  ),
  alert(
    "ticket",
    "LogLinesDropped",
    "sum by (service) (increase(log_lines_dropped_total[10m])) > 0",
    "1m",
    "{{ $labels.service }} lost log lines",
    "explorer",
  ),
  alert(
    "ticket",
    "TaskRestarts",
    "sum by (service, task) (increase(task_restarts_total[10m])) > 3",
    "1m",
    "{{ $labels.service }}: the task {{ $labels.task }} keeps failing",
    "runtime",
  ),
  alert(
    "ticket",
    "EventLoopBlocked",
    "max by (job) (nodejs_eventloop_lag_p99_seconds) > 0.2",
    "5m",
    "{{ $labels.job }} computes for so long that others wait",
    "runtime",
  ),
];
