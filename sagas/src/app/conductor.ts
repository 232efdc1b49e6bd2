import type { PacedSaga, Sagas } from "../definitions/define.ts";
import { DomainError } from "@animal-delivery/platform/errors";
import type { Alarm } from "../alarm.ts";
import type { SagaObserver } from "../observe-sagas.ts";

/** What use cases need besides a transaction. */
export interface Conductor {
  readonly sagas: Sagas;
  readonly observer: SagaObserver;
  readonly alarm: Alarm;
}

/** @throws {DomainError} invalid REQUEST_INVALID: no saga is of this kind, or none any more. */
export function definitionOf({ sagas }: Conductor, kind: string): PacedSaga {
  const found = sagas.get(kind);
  if (!found) throw new DomainError("invalid", "REQUEST_INVALID", `no saga is of the kind ${kind}`);
  return found;
}
