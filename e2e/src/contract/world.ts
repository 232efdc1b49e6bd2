import { randomUUID } from "node:crypto";
import { at, listAt, textAt, type Api, type Json } from "../api.ts";
import { givenNewcomer, someEmail, type Newcomer } from "../sign-up.ts";
import { eventually, expectStatus, givenDelivery, givenFreeCourier, givenOrder, givenProduct } from "../story.ts";
import type { Target, UserName } from "../target.ts";

/** Values for the fields of requests, by their names. */
export type Values = Readonly<Record<string, string>>;

/** What requests speak of. */
export interface World {
  readonly values: Values;
  /** Who signed up for this world alone, where somebody did; they may be deleted. */
  readonly newcomer: Newcomer | undefined;
}

type Callers = Readonly<Record<UserName, Api>>;

const ABOUT_PEOPLE = new Set(["user", "session", "saga"]);
const ABOUT_JOURNEYS = new Set(["product", "order", "delivery", "courier", "timeline", "room"]);

/** Makes what requests on these resources need. */
export async function givenWorld(target: Target, callers: Callers, resources: Iterable<string>): Promise<World> {
  const wanted = new Set(resources);
  const person = wanted.isDisjointFrom(ABOUT_PEOPLE) ? undefined : await givenPerson(target, callers.admin);
  const journey = wanted.isDisjointFrom(ABOUT_JOURNEYS) ? {} : await givenJourney(callers);
  const note = wanted.has("note") ? await givenNote(callers.customer) : {};
  // Some requests make people, or move them: to addresses that nobody has.
  const addresses = { email: someEmail(), new_email: someEmail() };
  return { newcomer: person?.newcomer, values: { ...person?.values, ...journey, ...note, ...addresses } };
}

/** A world in which there is nothing. */
export function nothing(): Values {
  const names = [
    "product_id",
    "order_id",
    "delivery_id",
    "courier_id",
    "user_id",
    "note_id",
    "saga_id",
    "chat_id",
    "member_id",
  ];
  const ids = names.map((name) => [name, randomUUID()] as const);
  const others = { session_id: randomUUID(), pending_token: randomUUID(), email: someEmail(), new_email: someEmail() };
  return { ...Object.fromEntries(ids), ...others };
}

/** A product, `customer`'s order of it, and its delivery by `courier`; nobody else has a part in them. */
async function givenJourney({ admin, customer, dispatcher, courier }: Callers): Promise<Values> {
  const product_id = await givenProduct(admin);
  const order_id = await givenOrder(customer, product_id);
  const delivery_id = await givenDelivery(dispatcher, order_id);
  await givenFreeCourier(courier, dispatcher);
  const courier_id = courier.subject;
  expectStatus(await dispatcher.post(`/v1/deliveries/${delivery_id}:assignCourier`, { courier_id }), 200);
  return { product_id, order_id, delivery_id, courier_id };
}

/** A note of `customer`'s. */
async function givenNote(customer: Api): Promise<Values> {
  const note = expectStatus(await customer.post("/v1/notes", { title: `Food ${randomUUID()}` }), 201);
  return { note_id: textAt(note, "note_id") };
}

/** A newcomer, and the saga that made them. */
async function givenPerson(target: Target, admin: Api) {
  const newcomer = await givenNewcomer(target);
  const { userId: user_id, api } = newcomer;
  const sessions = expectStatus(await api.get("/v1/auth/sessions"), 200);
  const madeBy = (body: Json) => listAt(body, "sagas").find((saga) => at(saga, "subject_id") === user_id);
  const sagas = await eventually(
    () => admin.get("/v1/sagas?kind=sign-up&state=SAGA_STATE_COMPLETED&page_size=200"),
    (body) => madeBy(body) !== undefined,
  );
  const values = {
    user_id,
    session_id: textAt(sessions, "sessions", 0, "session_id"),
    pending_token: newcomer.pendingToken,
    saga_id: textAt(madeBy(sagas) ?? null, "saga_id"),
  };
  return { newcomer, values };
}
