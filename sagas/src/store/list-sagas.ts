import type { Queryable } from "@animal-delivery/platform/db/database";
import type { Saga, SagaState } from "../domain/saga.ts";
import { SAGA_COLUMNS, sagaOf, type SagaRow } from "./saga-row.ts";

export interface SagaFilters {
  /** Undefined for all. */
  readonly kind: string | undefined;
  /** Undefined for all. */
  readonly state: SagaState | undefined;
  /** Begun before this time; undefined for all. */
  readonly startedBefore: Date | undefined;
}

/** The last saga of the page before. */
export interface SagaPosition {
  readonly startedAt: Date;
  readonly sagaId: string;
}

/** Lists sagas without their steps, the newest first, from after a position. */
export async function listSagas(
  db: Queryable,
  { kind, state, startedBefore }: SagaFilters,
  after: SagaPosition | undefined,
  limit: number,
): Promise<Saga[]> {
  const values: unknown[] = [...startOf(startedBefore, after), limit];
  const filter = (column: string, value: string | undefined): string =>
    value === undefined ? "" : `and s.${column} = $${values.push(value)}`;
  const { rows } = await db.query<SagaRow>(
    "list_sagas",
    `select ${SAGA_COLUMNS}
       from sagas s
      where (s.started_at, s.saga_id) < ($1, $2)
        ${filter("kind", kind)}
        ${filter("state", state)}
      order by s.started_at desc, s.saga_id desc
      limit $3`,
    values,
  );
  return rows.map((row) => sagaOf(row));
}

/** What all rows of the page lie below. One bound: beside a second one Postgres begins its walk at the wider of them. */
function startOf(startedBefore: Date | undefined, after: SagaPosition | undefined): [Date | "infinity", string] {
  if (after && (!startedBefore || after.startedAt < startedBefore)) return [after.startedAt, after.sagaId];
  return [startedBefore ?? "infinity", "00000000-0000-0000-0000-000000000000"];
}
