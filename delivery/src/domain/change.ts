import type { Step } from "./delivery.ts";
import type { Position } from "./position.ts";
import { resumeTokenInvalid } from "./refusals.ts";
import type { DeliveryStatus } from "./status.ts";

/** What happened to a delivery, as its streams tell it. */
export type Change =
  | { readonly kind: "status"; readonly seq: bigint; readonly step: Step }
  | { readonly kind: "position"; readonly seq: bigint; readonly position: Position };

/** Where a delivery stands after the change `seq`. */
export interface Snapshot {
  readonly kind: "snapshot";
  readonly seq: bigint;
  readonly deliveryId: string;
  readonly status: DeliveryStatus;
  readonly courierId: string | undefined;
  /** The position with the highest device sequence. */
  readonly lastPosition: Position | undefined;
  readonly updatedAt: Date;
}

/** At most 18 digits: fits a bigint column. */
const RESUME_TOKEN = /^[1-9][0-9]{0,17}$/;

/**
 * The change a resume token stands for.
 *
 * @param newest the newest change of the delivery: no later token was given out.
 * @throws {DomainError} invalid RESUME_TOKEN_INVALID
 */
export function resumedSeq(token: string, newest: bigint): bigint {
  if (!RESUME_TOKEN.test(token)) throw resumeTokenInvalid();
  const seq = BigInt(token);
  if (seq > newest) throw resumeTokenInvalid();
  return seq;
}

export function resumeToken(seq: bigint): string {
  return seq.toString();
}
