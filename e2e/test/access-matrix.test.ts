// Every RPC that REST has, called by every kind of user in every relation to the resource, against the reviewed matrix of the
// contract. A resource without a fixture here is red; a new RPC on a known resource is covered without a line.
import { RPCS, type CatalogueRpc } from "@animal-delivery/contracts/gen/catalogue";
import { SERVICES } from "@animal-delivery/contracts/gen/services";
import { beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import type { Api, Json } from "../src/api.ts";
import { readMatrix } from "../src/contract/matrix.ts";
import { toRestRequest } from "../src/contract/rest-request.ts";
import { givenOwnChat } from "../src/contract/own-chat.ts";
import { givenWorld, nothing, type Values, type World } from "../src/contract/world.ts";
import { anonymous, signIn } from "../src/people.ts";
import { givenNewcomer, signInAs, type Newcomer } from "../src/sign-up.ts";
import { eventually } from "../src/story.ts";
import { USERS, type UserName } from "../src/target.ts";

const target = inject("target");
const matrix = await readMatrix();
/** The newcomer signed up for the test, and has the role of a customer. */
const users = ["anonymous", "newcomer", ...USERS] as const;
type User = (typeof users)[number];

/** Long before the tokens of the signed in end: on a busy machine the tests outlive them. */
const RENEW_MS = 60_000;

let callers: Record<Exclude<User, "newcomer">, Api>;
let newcomer: Newcomer;
let signedInAt = 0;
/** The newcomers' sessions, for what leaves them as they are. */
const readers = new Map<Newcomer, Api>();

/** Everybody with a fresh token; one after the other, since checking a password is slow by intent. */
async function signEverybodyIn(): Promise<void> {
  if (Date.now() - signedInAt < RENEW_MS) return;
  const signedIn: [string, Api][] = [];
  for (const user of USERS) signedIn.push([user, await signIn(target, user)]);
  callers = { ...(Object.fromEntries(signedIn) as Record<UserName, Api>), anonymous: anonymous(target) };
  readers.clear();
  signedInAt = Date.now();
}

/** A newcomer's session; of its own for what may end it. */
async function asNewcomer(self: Newcomer, rpc: CatalogueRpc): Promise<Api> {
  const known = rpc.reads ? readers.get(self) : undefined;
  if (known) return known;
  const { api } = await signInAs(target, self);
  if (rpc.reads) readers.set(self, api);
  return api;
}

beforeAll(async () => {
  await signEverybodyIn();
  // Not the password of the contract's examples: one of those changes it.
  newcomer = await givenNewcomer(target, { password: "eighteen shy badgers" });
});
beforeEach(signEverybodyIn);

/** How the users of a relation stand to the world, per resource; everybody else is `other`. */
const RELATIONS: Record<string, Partial<Record<User, string>>> = {
  user: { newcomer: "self" },
  session: { newcomer: "self" },
  sign_up: {},
  credential: {},
  note: { customer: "creator" },
  saga: {},
  product: {},
  order: { customer: "customer" },
  delivery: { customer: "customer", courier: "courier" },
  courier: { courier: "self" },
  room: { customer: "customer", courier: "courier" },
  chat_session: {},
  // Everybody calls with a chat of their own.
  chat: {},
  message: {},
  timeline: { customer: "customer" },
  event: {},
  log: {},
  audit: {},
  statistics: {},
};

function relationOf(user: User, { resource, action }: CatalogueRpc["access"]): string {
  const relations = RELATIONS[resource];
  if (!relations) throw new Error(`no fixture for the resource ${resource}: say who stands how to it`);
  // An export is of the caller's own, whoever calls.
  if (action === "export") return "self";
  return relations[user] ?? "other";
}

/** The example request with these values wherever one is asked for. */
function filled(json: Json, values: Values): Json {
  if (Array.isArray(json)) return json.map((item) => filled(item, values));
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, values[name] ?? filled(value, values)]));
}

/** Calls an RPC over REST; of a stream it reads the head alone. */
async function call(
  rpc: CatalogueRpc,
  user: User,
  { values: given, newcomer: self = newcomer }: Partial<World> & Pick<World, "values">,
): Promise<{ status: number; text: string }> {
  const method = SERVICES.find((service) => service.typeName === rpc.service)?.method[rpc.localName];
  if (!method) throw new Error(`${rpc.name} is in the catalogue but in no service`);
  const api = user === "newcomer" ? await asNewcomer(self, rpc) : callers[user];
  const { token } = api;
  const own =
    isAboutChats(rpc) && given.chat_id === undefined && token !== "" ? await givenOwnChat(api, callers, rpc) : {};
  const values = { ...given, ...own };
  const asked = Object.entries(values).filter(([name]) => method.input.fields.some((field) => field.name === name));
  const example = { ...rpc.example, ...Object.fromEntries(asked) };
  const request = toRestRequest(method, filled(example, values));
  const stop = new AbortController();
  const response = await fetch(target.baseUrl + request.path, {
    method: request.method,
    headers: {
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
      ...(request.body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    signal: stop.signal,
  });
  if (response.headers.get("content-type")?.includes("event-stream")) {
    stop.abort();
    return { status: response.status, text: "" };
  }
  return { status: response.status, text: await response.text() };
}

function isAboutChats({ access }: CatalogueRpc): boolean {
  return access.resource === "chat" || access.resource === "message";
}

function expectVerdict(verdict: string, user: User, status: number, text: string): void {
  if (verdict === "denied") expect(status, text).toBe(user === "anonymous" ? 401 : 403);
  else if (verdict === "hidden") expect(status, text).toBe(404);
  else {
    expect(status, text).toBeLessThan(500);
    expect([401, 403, 404], text).not.toContain(status);
  }
}

const published = RPCS.filter((rpc) => rpc.bindings.length > 0);
const reads = published.filter((rpc) => rpc.reads);
const writes = published.filter((rpc) => !rpc.reads);
const roleOf = (user: User) => (user === "newcomer" ? "customer" : user.replace(/\d$/, ""));

describe("reading", () => {
  let world: World;
  beforeAll(async () => {
    world = await givenWorld(target, callers, Object.keys(RELATIONS));
    // Timelines and rooms follow by events: whoever asks too early is told, rightly, that nothing is known of the order.
    await eventually(
      () => callers.customer.get(`/v1/orders/${world.values.order_id}/timeline`),
      () => true,
    );
    await eventually(
      () => callers.customer.get(`/v1/deliveries/${world.values.delivery_id}/room`),
      () => true,
    );
  });

  for (const rpc of reads) {
    for (const user of users) {
      it(`${rpc.name} as ${user} gets what the matrix says`, async () => {
        const verdict = matrix.verdict(rpc.name, roleOf(user), relationOf(user, rpc.access));

        const { status, text } = await call(rpc, user, world);

        if (rpc.access.action === "list" && verdict === "hidden") {
          expect(status, text).toBe(200);
          const { order_id, delivery_id, note_id, session_id } = world.values;
          for (const id of [order_id, delivery_id, note_id, session_id]) expect(text).not.toContain(id);
        } else expectVerdict(verdict, user, status, text);
      });
    }
  }
});

describe("writing", () => {
  for (const rpc of writes) {
    /** What is refused changes nothing: one world does for all who may not. */
    let untouched: Promise<World> | undefined;
    for (const user of users) {
      it(`${rpc.name} as ${user} gets what the matrix says`, async () => {
        const verdict = matrix.verdict(rpc.name, roleOf(user), relationOf(user, rpc.access));
        const fresh = () => givenWorld(target, callers, [rpc.access.resource]);
        const world = await (verdict === "allowed" ? fresh() : (untouched ??= fresh()));

        const { status, text } = await call(rpc, user, world);

        expectVerdict(verdict, user, status, text);
      });
    }
  }
});

describe("what does not exist", () => {
  for (const rpc of published) {
    for (const user of users) {
      const verdict = matrix.verdict(rpc.name, roleOf(user), "none");
      if (verdict === "allowed") continue;
      it(`is ${verdict} from ${user} by ${rpc.name}`, async () => {
        const { status, text } = await call(rpc, user, { values: nothing() });

        expectVerdict(verdict, user, status, text);
      });
    }
  }
});
