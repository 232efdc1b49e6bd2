import { randomUUID } from "node:crypto";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { StepReplySchema } from "@animal-delivery/contracts/gen/sagas/v1/saga_messages_pb";
import type { BusRecord } from "@animal-delivery/platform/bus/bus";
import { SAGA_HEADERS } from "@animal-delivery/platform/saga/saga-records";
import { ACTIONS } from "@animal-delivery/platform/saga/words";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Stores } from "../stores.ts";
import type { Place } from "./snares.ts";

/** What a participant answered at one place of a saga, as its outbox holds it. */
export async function repliesAbout(
  sagaId: string,
  { participant, step, action }: Place & { readonly participant: string },
  stores: Stores,
): Promise<BusRecord[]> {
  const replies = await recordsOf(participant, "saga.replies", sagaId, stores);
  return replies.filter(({ value }) => {
    const reply = fromBinary(StepReplySchema, fromBinary(EventEnvelopeSchema, value).payload);
    return reply.step === step && reply.action === ACTIONS[action];
  });
}

/** What the orchestrator sent at one place of a saga. */
export async function commandsAbout(sagaId: string, { step, action }: Place, stores: Stores): Promise<BusRecord[]> {
  const commands = await recordsOf("sagas", "saga.commands", sagaId, stores);
  return commands.filter(
    ({ headers }) => headers[SAGA_HEADERS.step] === step && headers[SAGA_HEADERS.action] === action,
  );
}

/** The same record as nobody has seen it yet, without a deadline, and of another version if one is given. */
export function again({ key, value, headers }: BusRecord, version?: bigint): BusRecord {
  const envelope = fromBinary(EventEnvelopeSchema, value);
  const eventId = randomUUID();
  const aggregateVersion = version ?? envelope.aggregateVersion;
  const { [SAGA_HEADERS.deadline]: _, ...kept } = headers;
  return {
    key,
    value: toBinary(EventEnvelopeSchema, { ...envelope, eventId, aggregateVersion }),
    headers: { ...kept, "event-id": eventId },
  };
}

async function recordsOf(service: string, topic: string, key: string, stores: Stores): Promise<BusRecord[]> {
  const { rows } = await stores
    .database(service)
    .query<BusRecord>("select key, value, headers from outbox where topic = $1 and key = $2 order by id", [topic, key]);
  return rows;
}
