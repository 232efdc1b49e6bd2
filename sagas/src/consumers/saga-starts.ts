import { StartSagaSchema } from "@animal-delivery/contracts/gen/sagas/v1/saga_messages_pb";
import { on, type EventHandler } from "@animal-delivery/platform/inbox/event-handler";
import { currentContext } from "@animal-delivery/platform/request-context";
import { traceHeaders } from "@animal-delivery/platform/telemetry/propagation";
import { beginSaga } from "../app/begin-saga.ts";
import type { Conductor } from "../app/conductor.ts";

/** Begins sagas as other services wish. */
export function sagaStartHandlers(conductor: Conductor): EventHandler[] {
  return [
    on(StartSagaSchema, (tx, { sagaId, kind, subjectId }, { correlationId }) => {
      const context = currentContext();
      const trace = context ? traceHeaders(context.trace) : {};
      return beginSaga(tx, conductor, { sagaId, kind, subjectId, correlationId, traceHeaders: trace });
    }),
  ];
}
