import type { ServiceImpl } from "@connectrpc/connect";
import type { SagaService } from "@animal-delivery/contracts/gen/sagas/v1/saga_service_pb";
import type { Database } from "@animal-delivery/platform/db/database";
import { mutate } from "@animal-delivery/platform/rpc/mutate";
import type { Conductor } from "../app/conductor.ts";
import { directSaga } from "../app/direct-saga.ts";
import { sagaNotFound } from "../domain/saga.ts";
import { findSaga } from "../store/saga-repository.ts";
import { sagaPage } from "./list-sagas.ts";
import { sagaMessage } from "./saga-message.ts";

/** Sagas over RPC, for operators: the policy lets nobody else in. */
export function sagaService(db: Database, conductor: Conductor): ServiceImpl<typeof SagaService> {
  return {
    async getSaga({ sagaId }) {
      const saga = await findSaga(db, sagaId);
      if (!saga) throw sagaNotFound(sagaId);
      return { saga: sagaMessage(saga) };
    },

    listSagas: (request) => sagaPage(db, request),

    retrySaga: (request, context) =>
      mutate(db, context, request, async (tx, { caller: { actor } }) => {
        const { sagaId } = request;
        const saga = await directSaga(tx, conductor, { sagaId, actor, direction: { type: "retried" } });
        return { saga: sagaMessage(saga) };
      }),

    abandonSaga: (request, context) =>
      mutate(db, context, request, async (tx, { caller: { actor } }) => {
        const { sagaId, reason } = request;
        const saga = await directSaga(tx, conductor, { sagaId, actor, direction: { type: "abandoned", reason } });
        return { saga: sagaMessage(saga) };
      }),
  };
}
