import type { Variable } from "../build/variable.ts";

export const EXPLORER_VARIABLES: readonly Variable[] = [
  {
    kind: "sql",
    name: "service",
    label: "Service",
    description: "Services that wrote lines lately.",
    sql: "SELECT DISTINCT service FROM log_counts ORDER BY service",
  },
  {
    kind: "sql",
    name: "level",
    label: "Level",
    description: "How grave a line is.",
    sql: "SELECT DISTINCT toString(level) AS level FROM log_counts ORDER BY level",
  },
  {
    kind: "sql",
    name: "type",
    label: "Event type",
    description: "Types of events that happened lately.",
    sql: "SELECT DISTINCT type FROM event_counts ORDER BY type",
  },
  {
    kind: "text",
    name: "search",
    label: "Text in lines",
    description: "Text anywhere in a line; case does not matter.",
  },
  { kind: "text", name: "order", label: "Order id", description: "Lines and events of one order." },
  { kind: "text", name: "trace", label: "Trace id", description: "Lines, events and spans of one trace." },
];
