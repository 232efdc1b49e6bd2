import type { Queryable } from "@animal-delivery/platform/db/database";

/**
 * Takes out of deliveries that a person ordered what tells of people, of no more than `deliveriesMax`; answers of how many.
 * Ids, cargo, times, statuses, failure reasons and countries stay.
 *
 * Every writer of a delivery locks its row first, and so does this: what they read before it, they have committed.
 */
export async function anonymiseOrdered(
  tx: Queryable,
  customerId: string,
  now: Date,
  deliveriesMax: number,
): Promise<number> {
  const { rowCount } = await tx.query(
    "anonymise_ordered",
    `${chosen("customer")}
     update deliveries d
        set pickup = ${countryOf("d.pickup")}, drop_off = ${countryOf("d.drop_off")},
            recipient = '{"name": "", "phone": ""}', note = '', customer_anonymised_at = $2
       from chosen
      where d.delivery_id = chosen.delivery_id`,
    [customerId, now, deliveriesMax],
  );
  return rowCount;
}

/**
 * Takes out of deliveries that a person carried what was said about the journey, of no more than `deliveriesMax`; answers of
 * how many. Their customers' addresses stay: those are not the courier's.
 */
export async function anonymiseCarried(
  tx: Queryable,
  courierId: string,
  now: Date,
  deliveriesMax: number,
): Promise<number> {
  const { rowCount } = await tx.query(
    "anonymise_carried",
    `${chosen("courier")}
     update deliveries d
        set courier_anonymised_at = $2
       from chosen
      where d.delivery_id = chosen.delivery_id`,
    [courierId, now, deliveriesMax],
  );
  return rowCount;
}

/** Takes out what a person wrote about any delivery, in no more than `stepsMax` steps; answers in how many. */
export async function eraseWords(tx: Queryable, actor: string, stepsMax: number): Promise<number> {
  const { rowCount } = await tx.query(
    "erase_words",
    `with spoken as materialized (
       select delivery_id, version
         from delivery_history
        where actor = $1 and reason <> ''
        order by delivery_id, version
        limit $2
          for update
     )
     update delivery_history h
        set reason = ''
       from spoken
      where h.delivery_id = spoken.delivery_id and h.version = spoken.version`,
    [actor, stepsMax],
  );
  return rowCount;
}

/** Some deliveries of the person `$1` in this part, locked, with the words in their histories taken out; services have none. */
function chosen(part: "customer" | "courier"): string {
  return `with chosen as materialized (
       select delivery_id
         from deliveries
        where ${part}_id = $1 and ${part}_anonymised_at is null
        order by delivery_id
        limit $3
          for update
     ), words as (
       update delivery_history h
          set reason = ''
         from chosen
        where h.delivery_id = chosen.delivery_id and h.reason <> '' and h.actor not like 'service:%'
     )`;
}

/** An address of which the country alone is left. */
function countryOf(column: string): string {
  return `jsonb_build_object('street', '', 'city', '', 'postalCode', '', 'country', ${column} -> 'country',
                               'latitude', 0, 'longitude', 0)`;
}
