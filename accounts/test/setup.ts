import { fromBinary, toBinary, create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import type { Client, ConnectRouter } from "@connectrpc/connect";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { AuthService, type SignUpRequestSchema } from "@animal-delivery/contracts/gen/users/v1/auth_service_pb";
import {
  ConfirmIdentitySchema,
  CreateProfileSchema,
  EnableIdentitySchema,
} from "@animal-delivery/contracts/gen/users/v1/user_commands_pb";
import { UserService } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import type { Grant } from "@animal-delivery/platform/access/caller";
import { createDeniedSessions, type DeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import type { Database, Queryable } from "@animal-delivery/platform/db/database";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { createMemoryStore } from "@animal-delivery/platform/kv/memory";
import { inMemoryClient } from "@animal-delivery/platform/rpc/in-memory";
import { testDatabase } from "@animal-delivery/platform/testing/database";
import { anonymousGrant, userGrant } from "@animal-delivery/platform/testing/grants";
import { testTelemetry, type TestTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { expect } from "vitest";
import type { Parts } from "../src/app/parts.ts";
import { sagaSteps } from "../src/consumers/saga-steps.ts";
import type { Mail, MailSender } from "../src/mail/mail-sender.ts";
import { mailTask } from "../src/mail-task.ts";
import { MIGRATIONS } from "../src/migrations.ts";
import { observeAccounts } from "../src/observe-accounts.ts";
import { authService } from "../src/rpc/auth-service.ts";
import type { Neighbours } from "../src/rpc/neighbours.ts";
import { userService } from "../src/rpc/user-service.ts";
import { memoryDirectory, type MemoryDirectory } from "../src/testing/memory-directory.ts";

export const ADMIN = userGrant({ subject: "admin-1", roles: ["admin"], relations: ["any"] });

export const PASSWORD = "seventeen tame ferrets";

/** Whoever is signed in as this user. */
export function self(userId: string): Grant {
  return userGrant({ subject: userId, relations: ["self"] });
}

/** Accounts over RPC in this process, on a database of its own. */
export interface Accounts extends AsyncDisposable {
  readonly db: Database;
  readonly telemetry: TestTelemetry;
  readonly directory: MemoryDirectory;
  readonly deniedSessions: DeniedSessions;
  readonly parts: Parts;
  /** The mails that were sent, and are not forgotten. */
  readonly mails: readonly Mail[];
  /** Decides whether a mail goes out: what it throws, the sender throws. */
  onSend: (mail: Mail) => void;
  auth(grant?: Grant): Client<typeof AuthService>;
  users(grant?: Grant): Client<typeof UserService>;
}

const PATIENCE_MS = 30_000;

/** Who must not be asked. */
export const NO_NEIGHBOURS: Neighbours = {
  notes: { listNotes: () => Promise.reject(new Error("nobody asks for notes here")) },
  orders: { listOrders: () => Promise.reject(new Error("nobody asks for orders here")) },
  delivery: { listDeliveries: () => Promise.reject(new Error("nobody asks for deliveries here")) },
  chatSessions: { getSession: () => Promise.reject(new Error("nobody asks who is who in chats here")) },
  chatPeople: {
    listMyMemberships: () => Promise.reject(new Error("nobody asks for chats here")),
    listMyMessages: () => Promise.reject(new Error("nobody asks for messages here")),
  },
};

export async function startAccounts(neighbours: Neighbours = NO_NEIGHBOURS): Promise<Accounts> {
  const open = new AsyncDisposableStack();
  const { url } = open.use(await testDatabase({ migrations: [MIGRATIONS] }));
  const telemetry = testTelemetry("accounts");
  const limits = { statementTimeoutMs: PATIENCE_MS, lockTimeoutMs: PATIENCE_MS, acquireTimeoutMs: PATIENCE_MS };
  const db = open.use(openDatabase({ url, poolSize: 20, ...limits }, telemetry));
  const directory = memoryDirectory();
  const deniedSessions = createDeniedSessions(createMemoryStore(), telemetry);
  const observer = observeAccounts(telemetry);
  const mails: Mail[] = [];
  const forget = async (userId: string) => {
    const left = mails.filter((mail) => mail.userId !== userId);
    mails.splice(0, mails.length, ...left);
  };
  const mail = { forget, purge: async () => 0 };
  const parts: Parts = { db, directory, deniedSessions, mail, observer, log: telemetry.log };
  const deadline = { defaultTimeoutMs: PATIENCE_MS };
  const routes = (router: ConnectRouter): void => {
    router.service(AuthService, authService(parts)).service(UserService, userService(parts, neighbours));
  };
  const service: Accounts = {
    db,
    telemetry,
    directory,
    deniedSessions,
    parts,
    mails,
    onSend: () => undefined,
    auth: (grant = anonymousGrant()) => inMemoryClient(AuthService, routes, { grant, telemetry, deadline }),
    users: (grant = ADMIN) => inMemoryClient(UserService, routes, { grant, telemetry, deadline }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
  const sender: MailSender = {
    ...mail,
    async send(mail) {
      service.onSend(mail);
      mails.push(mail);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  const stop = new AbortController();
  const sending = mailTask(parts, { sender, publicOrigin: "https://animals.example" }, telemetry).run(stop.signal);
  open.defer(async () => {
    stop.abort();
    await sending;
  });
  return service;
}

type Fields<D extends DescMessage> = Extract<MessageInitShape<D>, { $typeName?: never }>;

let people = 0;

/** A valid sign-up of somebody new, which is not waited for. */
export function person(fields: Fields<typeof SignUpRequestSchema> = {}): Fields<typeof SignUpRequestSchema> {
  people += 1;
  return {
    email: `person${people}@example.com`,
    password: PASSWORD,
    displayName: `Person ${people}`,
    waitMs: 0,
    ...fields,
  };
}

/** Carries out one command of a saga, as the kit does. */
export async function perform<D extends DescMessage>(
  { db, parts }: Pick<Accounts, "db" | "parts">,
  schema: D,
  message: MessageInitShape<D>,
): Promise<void> {
  const commands = sagaSteps(parts).flatMap(({ take, undo }) => (undo ? [take, undo] : [take]));
  const command = commands.find((command) => command.schema === schema);
  if (!command) throw new Error(`no step has the command ${schema.typeName}`);
  await db.transaction(command.effectOf(toBinary(schema, create(schema, message))));
}

/** Does what the saga of a sign-up has accounts do. */
export async function completeSignUp(service: Pick<Accounts, "db" | "parts">, userId: string): Promise<void> {
  for (const schema of [ConfirmIdentitySchema, CreateProfileSchema, EnableIdentitySchema]) {
    await perform(service, schema, { userId });
  }
}

/** Somebody who signed up and can sign in; their id. */
export async function givenUser(service: Accounts, fields: Fields<typeof SignUpRequestSchema> = {}): Promise<string> {
  const { user } = await service.auth().signUp(person(fields));
  if (!user) throw new Error("no user came back");
  await completeSignUp(service, user.userId);
  return user.userId;
}

/** Somebody whose address is proved. */
export async function givenProvedUser(service: Accounts): Promise<{ userId: string; email: string }> {
  const userId = await givenUser(service);
  const { email } = (await service.users().getUser({ userId })).user!;
  await service.auth(self(userId)).requestEmailVerification({});
  const proof = () => service.mails.find((mail) => mail.to === email);
  await expect.poll(proof).toBeDefined();
  await service.auth().verifyEmail({ token: tokenOf(proof()) });
  return { userId, email };
}

/** The subjects of the mails to an address, in order. */
export function subjectsTo(service: Accounts, email: string): string[] {
  return service.mails.filter((mail) => mail.to === email).map(({ subject }) => subject);
}

/** The token in a mail. */
export function tokenOf(mail: Mail | undefined): string {
  const token = /#token=([\w-]+)/.exec(mail?.text ?? "")?.[1];
  if (token === undefined) throw new Error("the mail has no token");
  return token;
}

/** `UserCreated 1`, `UserUpdated 2`: the events of a user that wait in the outbox. */
export async function eventNamesOf(db: Queryable, userId: string): Promise<string[]> {
  const { rows } = await db.query<{ value: Buffer }>("events_of", "select value from outbox where key = $1", [userId]);
  const events = rows.map(({ value }) => fromBinary(EventEnvelopeSchema, value));
  return events
    .toSorted((a, b) => Number(a.aggregateVersion - b.aggregateVersion))
    .map(({ type, aggregateVersion }) => `${type.replace(/^users\.v1\./, "")} ${aggregateVersion}`);
}

/** How many sagas of a kind were started about somebody. */
export async function sagasAbout(db: Queryable, userId: string): Promise<number> {
  const { rows } = await db.query<{ value: Buffer }>(
    "sagas",
    "select value from outbox where topic = 'saga.commands' and position(convert_to($1, 'UTF8') in value) > 0",
    [userId],
  );
  return rows.length;
}

/** Who holds an address in the ledger. */
export async function holdersOf(db: Queryable, email: string): Promise<object[]> {
  const { rows } = await db.query("holders", "select sign_up_id, user_id from emails where email = $1", [email]);
  return rows;
}
