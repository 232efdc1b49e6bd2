// Every RPC that REST has, called by every kind of user in every relation to the resource, against the reviewed matrix of the
// contract. A resource without a fixture here is red; a new RPC on a known resource is covered without a line.
import { randomUUID } from "node:crypto";
import { RPCS, type CatalogueRpc } from "@animal-delivery/contracts/gen/catalogue";
import { SERVICES } from "@animal-delivery/contracts/gen/services";
import { beforeAll, describe, expect, inject, it } from "vitest";
import type { Api, Json } from "../src/api.ts";
import { readMatrix } from "../src/contract/matrix.ts";
import { toRestRequest } from "../src/contract/rest-request.ts";
import { anonymous, as } from "../src/people.ts";
import { eventually, expectStatus, givenDelivery, givenFreeCourier, givenOrder, givenProduct } from "../src/story.ts";
import { USERS } from "../src/target.ts";

const target = inject("target");
const matrix = await readMatrix();
const users = ["anonymous", ...USERS] as const;
type User = (typeof users)[number];

let callers: Record<User, Api>;
beforeAll(async () => {
  const signedIn = await Promise.all(USERS.map(async (user) => [user, await as(target, user)] as const));
  callers = { ...(Object.fromEntries(signedIn) as Record<(typeof USERS)[number], Api>), anonymous: anonymous(target) };
});

/** Values for the id fields of a request. */
type Ids = Readonly<Record<"product_id" | "order_id" | "delivery_id" | "courier_id", string>>;

/** A product, `customer`'s order of it, and its delivery by `courier`; nobody else has a part in them. */
async function givenWorld(): Promise<Ids> {
  const product_id = await givenProduct(callers.admin);
  const order_id = await givenOrder(callers.customer, product_id);
  const delivery_id = await givenDelivery(callers.dispatcher, order_id);
  await givenFreeCourier(callers.courier, callers.dispatcher);
  const courier_id = callers.courier.subject;
  expectStatus(await callers.dispatcher.post(`/v1/deliveries/${delivery_id}:assignCourier`, { courier_id }), 200);
  return { product_id, order_id, delivery_id, courier_id };
}

/** How the users of a relation stand to the world above, per resource; everybody else is `other`. */
const RELATIONS: Record<string, Partial<Record<User, string>>> = {
  product: {},
  order: { customer: "customer" },
  delivery: { customer: "customer", courier: "courier" },
  courier: { courier: "self" },
  timeline: { customer: "customer" },
  event: {},
  log: {},
  statistics: {},
};

function relationOf(user: User, resource: string): string {
  const relations = RELATIONS[resource];
  if (!relations) throw new Error(`no fixture for the resource ${resource}: say who stands how to it`);
  return relations[user] ?? "other";
}

/** The example request with these ids wherever one is asked for. */
function filled(json: Json, ids: Ids): Json {
  if (Array.isArray(json)) return json.map((item) => filled(item, ids));
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, name in ids ? ids[name as keyof Ids] : filled(value, ids)]),
  );
}

/** Calls an RPC over REST; of a stream it reads the head alone. */
async function call(rpc: CatalogueRpc, user: User, ids: Ids): Promise<{ status: number; text: string }> {
  const method = SERVICES.find((service) => service.typeName === rpc.service)?.method[rpc.localName];
  if (!method) throw new Error(`${rpc.name} is in the catalogue but in no service`);
  const asked = Object.entries(ids).filter(([name]) => method.input.fields.some((field) => field.name === name));
  const example = { ...rpc.example, ...Object.fromEntries(asked) };
  const request = toRestRequest(method, filled(example, ids));
  const { token } = callers[user];
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
const roleOf = (user: User) => user.replace(/\d$/, "");

describe("reading", () => {
  let world: Ids;
  beforeAll(async () => {
    world = await givenWorld();
    // Timelines follow by events: whoever asks too early is told, rightly, that nothing is known of the order.
    await eventually(
      () => callers.customer.get(`/v1/orders/${world.order_id}/timeline`),
      () => true,
    );
  });

  for (const rpc of reads) {
    for (const user of users) {
      it(`${rpc.name} as ${user} gets what the matrix says`, async () => {
        const verdict = matrix.verdict(rpc.name, roleOf(user), relationOf(user, rpc.access.resource));

        const { status, text } = await call(rpc, user, world);

        if (rpc.access.action === "list" && verdict === "hidden") {
          expect(status, text).toBe(200);
          expect(text).not.toContain(world.order_id);
          expect(text).not.toContain(world.delivery_id);
        } else expectVerdict(verdict, user, status, text);
      });
    }
  }
});

describe("writing", () => {
  for (const rpc of writes) {
    for (const user of users) {
      it(`${rpc.name} as ${user} gets what the matrix says`, async () => {
        const world = await givenWorld();
        const verdict = matrix.verdict(rpc.name, roleOf(user), relationOf(user, rpc.access.resource));

        const { status, text } = await call(rpc, user, world);

        expectVerdict(verdict, user, status, text);
      });
    }
  }
});

describe("what does not exist", () => {
  const nothing: Ids = {
    product_id: randomUUID(),
    order_id: randomUUID(),
    delivery_id: randomUUID(),
    courier_id: randomUUID(),
  };

  for (const rpc of published) {
    for (const user of users) {
      const verdict = matrix.verdict(rpc.name, roleOf(user), "none");
      if (verdict === "allowed") continue;
      it(`is ${verdict} from ${user} by ${rpc.name}`, async () => {
        const { status, text } = await call(rpc, user, nothing);

        expectVerdict(verdict, user, status, text);
      });
    }
  }
});
