import type { LabelVariable } from "../build/variable.ts";

/** Which of the services that answer RPCs. */
export const RPC_SERVICE: LabelVariable = {
  kind: "label",
  name: "service",
  label: "Service",
  description: "Services that answer RPCs.",
  metric: "rpc_server_calls_total",
  of: "service",
};

/** Which of all services. */
export const ANY_SERVICE: LabelVariable = {
  kind: "label",
  name: "service",
  label: "Service",
  description: "Every service.",
  metric: "process_start_time_seconds",
  of: "service",
};

export const ROUTE: LabelVariable = {
  kind: "label",
  name: "route",
  label: "Route",
  description: "Routes of the public API, as the contract writes them.",
  metric: "http_requests_total",
  of: "route",
};
