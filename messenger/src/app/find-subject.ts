import type { Queryable } from "@animal-delivery/platform/db/database";
import { memberIdOf } from "../domain/speaker.ts";
import type { KnownSubject } from "../platform-callers.ts";

/** What the database knows of a subject. */
export async function findSubject(db: Queryable, subject: string): Promise<KnownSubject> {
  const { rows } = await db.query<{ alias: string | null; is_gone: boolean }>(
    "find_subject",
    `select (select alias from sessions where member_id = $1) as alias,
            exists (select from closed_people where member_id = $1) as is_gone`,
    [memberIdOf(subject)],
  );
  const [row] = rows;
  return { alias: row?.alias ?? undefined, isGone: row?.is_gone ?? false };
}
