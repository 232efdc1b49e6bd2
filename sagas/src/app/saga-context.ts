import { currentContext, runInContext } from "@animal-delivery/platform/request-context";
import { contextFrom } from "@animal-delivery/platform/telemetry/propagation";
import type { Saga } from "../domain/saga.ts";

/** Works on a saga as a part of the trace and correlation in which it began, whoever gave the cause. */
export function inSagaContext<T>(
  { correlationId, traceHeaders }: Pick<Saga, "correlationId" | "traceHeaders">,
  work: () => Promise<T>,
): Promise<T> {
  const current = currentContext() ?? { requestId: "", signal: undefined };
  return runInContext({ ...current, correlationId, trace: contextFrom(traceHeaders) }, work);
}
