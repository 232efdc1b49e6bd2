import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { NoteCreatedSchema } from "@animal-delivery/contracts/gen/notes/v1/note_events_pb";
import { UserCreatedSchema, UserDeletedSchema } from "@animal-delivery/contracts/gen/users/v1/user_events_pb";
import { fromBinary } from "@bufbuild/protobuf";
import type { Stores } from "../stores.ts";
import { identitiesOf, type KnownIdentity } from "./identities.ts";

/** A saga and its steps, and what participants remember of it. */
export interface SagaTrace {
  readonly sagaId: string;
  readonly kind: string;
  readonly state: string;
  readonly subjectId: string;
  /** In order: `profile done`. */
  readonly steps: readonly string[];
  /** Sorted: `profile done`, `profile undone`. */
  readonly remembered: readonly string[];
}

/** Everything that the stores hold of people, read when nothing happens any more. */
export interface Traces {
  readonly sagas: readonly SagaTrace[];
  /** By user id. */
  readonly users: ReadonlyMap<string, { readonly email: string; readonly state: string }>;
  readonly emails: readonly { readonly email: string; readonly userId: string | null }[];
  readonly signUps: readonly { readonly signUpId: string; readonly userId: string | null; readonly state: string }[];
  readonly identities: readonly KnownIdentity[];
  /** Owners of notes, one entry a note. */
  readonly noteOwners: readonly string[];
  readonly closedCustomers: ReadonlySet<string>;
  readonly closedPeople: ReadonlySet<string>;
  readonly closedOwners: ReadonlySet<string>;
  /** User ids, one entry an event of an outbox. */
  readonly usersCreated: readonly string[];
  readonly usersDeleted: readonly string[];
  readonly notesCreated: readonly string[];
}

/** Reads all that began since then, and the e-mail addresses and identities that begin with `prefix`. */
export async function readTraces(prefix: string, since: Date, stores: Stores, env: NodeJS.ProcessEnv): Promise<Traces> {
  const rows = async <R extends object>(service: string, sql: string, values: unknown[] = []): Promise<R[]> =>
    (await stores.database(service).query<R>(sql, values)).rows;
  const ids = async (service: string, sql: string): Promise<string[]> =>
    (await rows<{ id: string }>(service, sql)).map(({ id }) => id);
  const like = `${prefix}%`;
  const users = await rows<{ id: string; email: string; state: string }>(
    "accounts",
    "select user_id as id, email, state from users where email like $1",
    [like],
  );
  const accountsEvents = await eventsOf("accounts", "accounts.events", since, stores);
  const noteEvents = await eventsOf("notes", "notes.events", since, stores);
  return {
    sagas: await readSagas(since, stores),
    users: new Map(users.map(({ id, email, state }) => [id, { email, state }])),
    emails: await rows("accounts", `select email, user_id as "userId" from emails where email like $1`, [like]),
    signUps: await rows(
      "accounts",
      `select sign_up_id as "signUpId", user_id as "userId", state from sign_ups where created_at >= $1`,
      [since],
    ),
    identities: await identitiesOf(prefix, env),
    noteOwners: await ids("notes", "select owner_id as id from notes"),
    closedCustomers: new Set(await ids("orders", "select customer_id as id from closed_customers")),
    closedPeople: new Set(await ids("delivery", "select person_id as id from closed_people")),
    closedOwners: new Set(await ids("notes", "select owner_id as id from closed_owners")),
    usersCreated: accountsEvents.filter(({ type }) => type === UserCreatedSchema.typeName).map(({ id }) => id),
    usersDeleted: accountsEvents.filter(({ type }) => type === UserDeletedSchema.typeName).map(({ id }) => id),
    notesCreated: noteEvents
      .filter(({ type }) => type === NoteCreatedSchema.typeName)
      .map(({ payload }) => fromBinary(NoteCreatedSchema, payload).ownerId),
  };
}

async function eventsOf(service: string, topic: string, since: Date, stores: Stores) {
  const { rows } = await stores
    .database(service)
    .query<{ value: Buffer }>("select value from outbox where topic = $1 and created_at >= $2", [topic, since]);
  return rows.map(({ value }) => {
    const { aggregateId: id, type, payload } = fromBinary(EventEnvelopeSchema, value);
    return { id, type, payload };
  });
}

/** The services that take part in sagas. */
export const PARTICIPANTS = ["accounts", "notes", "messenger", "orders", "delivery"] as const;

async function readSagas(since: Date, stores: Stores): Promise<SagaTrace[]> {
  const { rows } = await stores.database("sagas").query<Omit<SagaTrace, "remembered">>(
    `select saga_id as "sagaId", kind, s.state, subject_id as "subjectId",
            array_agg(t.step || ' ' || t.state order by position) as steps
       from sagas s join saga_steps t using (saga_id)
      where s.started_at >= $1
      group by saga_id`,
    [since],
  );
  const remembered = new Map<string, string[]>();
  for (const participant of PARTICIPANTS) {
    const { rows: known } = await stores.database(participant).query<{ sagaId: string; fact: string }>(
      `select saga_id as "sagaId", step || case when undone_at is not null then ' undone'
                                                when done_at is not null then ' done' else ' open' end as fact
         from saga_participations where updated_at >= $1`,
      [since],
    );
    for (const { sagaId, fact } of known) remembered.set(sagaId, [...(remembered.get(sagaId) ?? []), fact]);
  }
  return rows.map((row) => ({ ...row, remembered: (remembered.get(row.sagaId) ?? []).toSorted() }));
}

/** How many sagas wait for a participant. */
export async function sagasUnderWay(stores: Stores): Promise<number> {
  const { rows } = await stores
    .database("sagas")
    .query<{ count: number }>("select count(*)::int as count from sagas where deadline_at is not null");
  return rows[0]?.count ?? 0;
}
