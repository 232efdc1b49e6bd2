import type { Transaction } from "@animal-delivery/platform/db/database";

/**
 * Takes out of a customer's orders what tells of people, of no more than `ordersMax`; answers of how many. Ids, items, prices,
 * times, statuses and countries stay, and reasons that services gave: those are names from a closed list.
 *
 * Every writer of an order locks its row first, and so does this: what they read before it, they have committed.
 */
export async function anonymiseOrders(
  tx: Transaction,
  customerId: string,
  now: Date,
  ordersMax: number,
): Promise<number> {
  const { rowCount } = await tx.query(
    "anonymise_orders",
    `with chosen as materialized (
       select order_id
         from orders
        where customer_id = $1 and anonymised_at is null
        order by order_id
        limit $3
          for update
     ), words as (
       update order_history h
          set reason = ''
         from chosen
        where h.order_id = chosen.order_id and h.reason <> '' and h.actor not like 'service:%'
     )
     update orders o
        set pickup = ${countryOf("o.pickup")}, drop_off = ${countryOf("o.drop_off")},
            recipient = '{"name": "", "phone": ""}', note = '', anonymised_at = $2,
            cancellation_reason = case when o.cancellation_reason is not null then '' end
       from chosen
      where o.order_id = chosen.order_id`,
    [customerId, now, ordersMax],
  );
  return rowCount;
}

/** Takes out what a person wrote about any order, in no more than `stepsMax` steps; answers in how many. */
export async function eraseWords(tx: Transaction, actor: string, stepsMax: number): Promise<number> {
  const { rowCount } = await tx.query(
    "erase_words",
    `with spoken as materialized (
       select h.order_id, h.version, h.reason
         from order_history h
         join orders o using (order_id)
        where h.actor = $1 and h.reason <> ''
        order by h.order_id, h.version
        limit $2
          for update of o
     ), wishes as (
       update orders o
          set cancellation_reason = ''
         from spoken
        where o.order_id = spoken.order_id and o.cancellation_reason = spoken.reason
     )
     update order_history h
        set reason = ''
       from spoken
      where h.order_id = spoken.order_id and h.version = spoken.version`,
    [actor, stepsMax],
  );
  return rowCount;
}

/** An address of which the country alone is left. */
function countryOf(column: string): string {
  return `jsonb_build_object('street', '', 'city', '', 'postalCode', '', 'country', ${column} -> 'country',
                               'latitude', 0, 'longitude', 0)`;
}
