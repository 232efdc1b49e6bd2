import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import type { EventEnvelope } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import type { Transaction } from "../db/database.ts";

/** The effect of one event, in the transaction that also remembers the event. */
export type Effect = (tx: Transaction) => Promise<void>;

type Headers = Readonly<Record<string, string>>;

/** What a consumer does about one type of event; made by `on`. */
export interface EventHandler {
  /** `orders.v1.OrderCancelled`. */
  readonly type: string;
  /** Whether `effectOf` does work of its own: calls to other services. */
  readonly prepares: boolean;
  /** Decodes the event and makes ready what its effect needs. `headers` are the record's. */
  effectOf(envelope: EventEnvelope, headers: Headers): Promise<Effect>;
}

/** The effect alone. */
export type Apply<D extends DescMessage> = (
  tx: Transaction,
  message: MessageShape<D>,
  envelope: EventEnvelope,
) => Promise<void>;

/** An effect that needs something from elsewhere first. */
export interface PrepareAndApply<D extends DescMessage, P> {
  /** Runs before the transaction, for calls to other services; repeated with each attempt, so it must be idempotent. */
  prepare(message: MessageShape<D>, envelope: EventEnvelope): Promise<P>;
  apply(tx: Transaction, message: MessageShape<D>, prepared: P, envelope: EventEnvelope): Promise<void>;
}

/** Says what to do about events of one type. */
export function on<D extends DescMessage>(schema: D, apply: Apply<D>): EventHandler;
export function on<D extends DescMessage, P>(schema: D, steps: PrepareAndApply<D, P>): EventHandler;
export function on<D extends DescMessage, P>(schema: D, how: Apply<D> | PrepareAndApply<D, P>): EventHandler {
  return {
    type: schema.typeName,
    prepares: typeof how !== "function",
    async effectOf(envelope) {
      const message = fromBinary(schema, envelope.payload);
      if (typeof how === "function") return (tx) => how(tx, message, envelope);
      const prepared = await how.prepare(message, envelope);
      return (tx) => how.apply(tx, message, prepared, envelope);
    },
  };
}
