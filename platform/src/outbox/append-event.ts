import type { DescMessage } from "@bufbuild/protobuf";
import type { Transaction } from "../db/database.ts";
import { appendRecord } from "./append-record.ts";
import { eventRecord, type EventToAppend } from "./event-record.ts";

/**
 * Tells the world of a change in the transaction of the change. The relay publishes it after the commit, with the
 * correlation id and the trace of the request at hand.
 */
export async function appendEvent<D extends DescMessage>(tx: Transaction, event: EventToAppend<D>): Promise<void> {
  await appendRecord(tx, eventRecord(event));
}
