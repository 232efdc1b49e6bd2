import { Counter } from "prom-client";
import type { Meters } from "../telemetry/metrics.ts";
import type { ParserFault } from "./parser-problem.ts";

/** Counts what connections sent that is no request. */
export function parserFaultCounter({ registry }: Meters): (fault: ParserFault) => void {
  const faults = new Counter({
    name: "http_parser_errors_total",
    help: "connections that sent what is not a request, by fault",
    labelNames: ["fault"],
    registers: [registry],
  });
  return (fault) => faults.inc({ fault });
}
