import { randomUUID } from "node:crypto";
import { create, fromBinary, toBinary, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import {
  StepActionSchema,
  StepOutcomeSchema,
  StepReplySchema,
} from "@animal-delivery/contracts/gen/sagas/v1/saga_messages_pb";
import type { Bus } from "../bus/bus.ts";
import type { Queryable } from "../db/database.ts";
import { SAGA_COMMANDS, SAGA_HEADERS, SAGA_REPLIES } from "../saga/saga-records.ts";
import type { Action } from "../saga/words.ts";

/** A saga as one participant meets it. */
export interface TestSaga {
  readonly id: string;
  /** Sends a command; each has the next sequence. */
  send<D extends DescMessage>(action: Action, schema: D, message: MessageInitShape<D>): Promise<void>;
  /** The answers up to now, in order: `1 do done`, `2 do refused STEP_LATE`. */
  answers(): Promise<string[]>;
}

/** @param db the participant's database, where its answers stand in the outbox, sent or not. */
export function testSaga(participant: string, { bus, db }: { bus: Bus; db: Queryable }): TestSaga {
  const id = randomUUID();
  let sequence = 0n;
  return {
    id,
    async send(action, schema, message) {
      sequence += 1n;
      const envelope = create(EventEnvelopeSchema, {
        eventId: randomUUID(),
        aggregateId: id,
        type: schema.typeName,
        occurredAt: BigInt(Date.now()),
        payload: toBinary(schema, create(schema, message)),
        correlationId: "test",
        aggregateVersion: sequence,
      });
      const headers = { [SAGA_HEADERS.participant]: participant, [SAGA_HEADERS.action]: action };
      await bus.publish(SAGA_COMMANDS, [{ key: id, value: toBinary(EventEnvelopeSchema, envelope), headers }]);
    },
    async answers() {
      const { rows } = await db.query<{ value: Buffer }>(
        "answers",
        "select value from outbox where topic = $1 and key = $2 order by id",
        [SAGA_REPLIES, id],
      );
      return rows.map(({ value }) => answerOf(fromBinary(EventEnvelopeSchema, value).payload));
    },
  };
}

function answerOf(payload: Uint8Array): string {
  const { sequence, action, outcome, reason } = fromBinary(StepReplySchema, payload);
  const words = [StepActionSchema.value[action], StepOutcomeSchema.value[outcome]].map((value) => value?.localName);
  return [sequence, ...words.map((word) => word?.toLowerCase()), reason].join(" ").trim();
}
