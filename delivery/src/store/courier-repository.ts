import type { Queryable } from "@animal-delivery/platform/db/database";
import type { Availability, Courier, CourierAtWork } from "../domain/courier.ts";
import { personKept } from "./person-repository.ts";
import { couriersOf, type Visibility } from "./visibility.ts";

interface CourierRow {
  courier_id: string;
  display_name: string;
  availability: Availability;
  registered_at: Date;
  version: string;
  delivery_id: string | null;
}

/** A courier's columns and the delivery they carry: at most one, by the unique index `deliveries_courier_live`. */
const COURIER_AT_WORK = `select c.courier_id, c.display_name, c.availability, c.registered_at, c.version, d.delivery_id
       from couriers c
       left join deliveries d on d.courier_id = c.courier_id and d.status in ('assigned', 'picked_up')`;

/** Reads one courier; undefined when there is none that the caller may see. */
export async function findCourier(
  db: Queryable,
  courierId: string,
  visibility: Visibility,
): Promise<CourierAtWork | undefined> {
  const { rows } = await db.query<CourierRow>(
    "find_courier",
    `${COURIER_AT_WORK}
      where c.courier_id = $2
        and ${couriersOf(visibility)}`,
    [visibility.subject, courierId],
  );
  return rows[0] && fromRow(rows[0]);
}

/**
 * Locks one courier's row until the transaction ends; undefined when there is none that the caller may see. Nobody closes
 * them meanwhile either; whether they are closed, `isClosed` sees.
 */
export async function findCourierForUpdate(
  tx: Queryable,
  courierId: string,
  visibility: Visibility,
): Promise<CourierAtWork | undefined> {
  const { rows } = await tx.query<CourierRow>(
    "find_courier_for_update",
    `${COURIER_AT_WORK}
      cross join (select ${personKept("$2")}) as person
      where c.courier_id = $2
        and ${couriersOf(visibility)}
        for update of c`,
    [visibility.subject, courierId],
  );
  return rows[0] && fromRow(rows[0]);
}

/**
 * Inserts a new courier unless the person is registered; whether it did. Nobody closes them until the transaction ends;
 * whether they are closed, `isClosed` sees.
 */
export async function insertCourier(tx: Queryable, courier: Courier): Promise<boolean> {
  const { rowCount } = await tx.query(
    "insert_courier",
    `insert into couriers (courier_id, display_name, availability, registered_at, version)
     select $1, $2, $3, $4, $5
       from (select ${personKept("$1")}) as person
         on conflict do nothing`,
    [courier.courierId, courier.displayName, courier.availability, courier.registeredAt, courier.version],
  );
  return rowCount === 1;
}

/** Writes a courier's availability. The caller holds the row's lock. */
export async function saveAvailability(tx: Queryable, courier: Courier): Promise<void> {
  await tx.query(
    "save_availability",
    `update couriers
        set availability = $2, version = $3
      where courier_id = $1`,
    [courier.courierId, courier.availability, courier.version],
  );
}

/** Lets a courier's profile go: the row stays for the deliveries that refer to it. The caller holds the row's lock. */
export async function eraseCourier(tx: Queryable, courierId: string, now: Date): Promise<void> {
  await tx.query(
    "erase_courier",
    `update couriers
        set display_name = '', erased_at = $2
      where courier_id = $1`,
    [courierId, now],
  );
}

/** Lists up to `limit` couriers that the caller may see, by id, after one. */
export async function listCouriers(
  db: Queryable,
  visibility: Visibility,
  filter: { readonly availability: Availability | undefined },
  afterCourierId: string | undefined,
  limit: number,
): Promise<CourierAtWork[]> {
  const { rows } = await db.query<CourierRow>(
    "list_couriers",
    `${COURIER_AT_WORK}
      where ${couriersOf(visibility)}
        and ($2::text is null or c.availability = $2)
        and ($3::text is null or c.courier_id > $3)
      order by c.courier_id
      limit $4`,
    [visibility.subject, filter.availability ?? null, afterCourierId ?? null, limit],
  );
  return rows.map(fromRow);
}

function fromRow(row: CourierRow): CourierAtWork {
  return {
    courierId: row.courier_id,
    displayName: row.display_name,
    availability: row.availability,
    registeredAt: row.registered_at,
    version: BigInt(row.version),
    deliveryId: row.delivery_id ?? undefined,
  };
}
