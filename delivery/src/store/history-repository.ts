import type { Queryable } from "@animal-delivery/platform/db/database";
import type { Delivery, Step } from "../domain/delivery.ts";
import type { DeliveryStatus } from "../domain/status.ts";

/** Writes the step that brought a delivery to where it is now, and the change that its streams tell. */
export async function insertStep(tx: Queryable, delivery: Delivery, step: Step): Promise<void> {
  await tx.query(
    "insert_step",
    `with step as (
       insert into delivery_history (delivery_id, version, status, actor, reason, changed_at)
       values ($1, $2, $3, $4, $5, $6)
     )
     insert into delivery_changes (delivery_id, seq, history_version)
     values ($1, $7, $2)`,
    [delivery.deliveryId, delivery.version, step.status, step.actor, step.reason, step.changedAt, delivery.changeSeq],
  );
}

export interface StepRow {
  status: DeliveryStatus;
  actor: string;
  reason: string;
  changed_at: Date;
}

/**
 * The steps that brought a delivery to where it is, the first one first; not those taken since it was read. Few: the
 * transition table has no cycle.
 */
export async function listSteps(
  db: Queryable,
  { deliveryId, version }: Pick<Delivery, "deliveryId" | "version">,
): Promise<Step[]> {
  const { rows } = await db.query<StepRow>(
    "list_steps",
    `select status, actor, reason, changed_at
       from delivery_history
      where delivery_id = $1
        and version <= $2
      order by version`,
    [deliveryId, version],
  );
  return rows.map(stepFromRow);
}

export function stepFromRow(row: StepRow): Step {
  return { status: row.status, actor: row.actor, reason: row.reason, changedAt: row.changed_at };
}
