import type { BusRecord, ConsumedRecord } from "@animal-delivery/platform/bus/bus";
import type { Poison } from "../poison.ts";
import type { Stores } from "../stores.ts";

const CONSUMER = "delivery";

/** A row of what a consumer holds back. */
export interface ParkedRow {
  readonly event_id: string;
  readonly aggregate_id: string;
  /** Whether it failed itself; the others wait behind it. */
  readonly failed: boolean;
}

/** The dead letters are the records that nobody can use, unchanged, each once, and say who gave them up. */
export function checkLetters({ undecodable, failing }: Poison, letters: readonly ConsumedRecord[]): string[] {
  const expected = [...undecodable, ...failing.map(({ record }) => record)].map(identityOf).toSorted();
  const found = letters.map((letter) => identityOf(letter)).toSorted();
  const others = letters.filter(({ headers }) => headers["dlq-consumer"] !== CONSUMER).length;
  return [
    ...(JSON.stringify(found) === JSON.stringify(expected)
      ? []
      : [`the dead letters are not the ${expected.length} injected records: ${found.join(", ")}`]),
    ...(others > 0 ? [`${others} dead letters of another consumer than ${CONSUMER}`] : []),
  ];
}

/** What failed is held back with everything of its aggregate after it, in order; nobody else is. */
export function checkParked({ failing, waiting }: Poison, parked: readonly ParkedRow[]): string[] {
  const rowsOf = Map.groupBy(parked, (row) => row.aggregate_id);
  const violations = failing.flatMap(({ eventId, aggregateId }) => {
    const behind = waiting.filter((event) => event.aggregateId === aggregateId).map((event) => event.eventId);
    const expected = [`${eventId} true`, ...behind.map((id) => `${id} false`)];
    const found = (rowsOf.get(aggregateId) ?? []).map((row) => `${row.event_id} ${row.failed}`);
    rowsOf.delete(aggregateId);
    return found.join() === expected.join() ? [] : [`parked of ${aggregateId}: ${found.join(", ") || "nothing"}`];
  });
  return [...violations, ...[...rowsOf.keys()].map((id) => `${id} is held back, and nothing is wrong with it`)];
}

/** What delivery holds back since then, in the order in which it came. */
export async function parkedSince(since: Date, stores: Stores): Promise<ParkedRow[]> {
  const { rows } = await stores.database("delivery").query<ParkedRow>(
    `select event_id, aggregate_id, cause is not null as failed
       from inbox_parked
      where consumer = $1 and parked_at >= $2
      order by partition, record_offset`,
    [CONSUMER, since],
  );
  return rows;
}

/** Deliveries that are not in the status that the events which got through, and those that did not, leave them in. */
export async function checkDeliveries(ids: readonly string[], status: string, stores: Stores): Promise<string[]> {
  const { rows } = await stores
    .database("delivery")
    .query<{ delivery_id: string; status: string }>(
      "select delivery_id, status from deliveries where delivery_id = any($1)",
      [ids],
    );
  const others = rows.filter((row) => row.status !== status);
  return [
    ...(rows.length === ids.length ? [] : [`${rows.length} of ${ids.length} deliveries are there`]),
    ...others.map((row) => `delivery ${row.delivery_id} is ${row.status}, not ${status}`),
  ];
}

/** The event store has each of the events once, and beside it each record that is no event. */
export async function checkStored(poison: Poison, { clickhouse }: Stores): Promise<string[]> {
  const count = async (query: string, ids: readonly string[]): Promise<number> => {
    const result = await clickhouse.query({ query, query_params: { ids }, format: "JSONEachRow" });
    return Number((await result.json<{ n: string }>())[0]?.n);
  };
  const ids = [poison.failing, poison.waiting, poison.healthy].flat().map(({ eventId }) => eventId);
  const keys = poison.undecodable.map(({ key }) => key);
  const events = await count("select count() as n from stored_events where has({ids: Array(UUID)}, event_id)", ids);
  const others = await count(
    "select count() as n from unreadable_records final where has({ids: Array(String)}, record_key)",
    keys,
  );
  return [
    ...(events === ids.length ? [] : [`${events} of ${ids.length} injected events are in the event store`]),
    ...(others === keys.length ? [] : [`${others} of ${keys.length} records that are no events are stored as such`]),
  ];
}

function identityOf({ key, value }: BusRecord): string {
  return `${key} ${Buffer.from(value).toString("base64")}`;
}
