import { visibleWhere } from "@animal-delivery/platform/access/predicate";
import type { Grant, Relation } from "@animal-delivery/platform/access/caller";

/** Whose eyes look at notes: a row they may not see is not there. */
export interface Viewer {
  /** The subject that the relations are about. */
  readonly subject: string;
  readonly relations: ReadonlySet<Relation>;
}

export function viewerOf({ caller, relations }: Grant): Viewer {
  return { subject: caller.actor, relations };
}

/** The predicate of the notes (`n`) that a viewer sees, their own at most; `$1` is the viewer's subject. */
export function visibleNotes({ relations }: Viewer): string {
  return visibleWhere(relations, { creator: "n.owner_id = $1" });
}
