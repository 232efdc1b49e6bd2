import type { Queryable } from "@animal-delivery/platform/db/database";

/** Reads the secret of this database's chat ids when it is asked for first, and keeps it. Rejects while the database is away. */
export function chatIdSecret(db: Queryable): () => Promise<string> {
  let known: string | undefined;
  return async () => {
    if (known === undefined) {
      const { rows } = await db.query<{ secret: string }>("read_chat_id_secret", "select secret from chat_id_secret");
      known = rows[0]?.secret;
      if (known === undefined) throw new Error("the database holds no secret for the ids of chats");
    }
    return known;
  };
}
