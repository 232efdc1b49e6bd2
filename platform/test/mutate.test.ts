import { create } from "@bufbuild/protobuf";
import { createContextValues, createHandlerContext } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type CreateProductRequest,
  CreateProductRequestSchema,
  type CreateProductResponse,
  CreateProductResponseSchema,
  ProductService,
} from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import type { Grant } from "@animal-delivery/platform/access/caller";
import { forgetAnswers } from "@animal-delivery/platform/db/idempotency";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { DomainError } from "@animal-delivery/platform/errors";
import { grantKey } from "@animal-delivery/platform/rpc/grant";
import { mutate } from "@animal-delivery/platform/rpc/mutate";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { userGrant } from "@animal-delivery/platform/testing/grants";

const TWINS = 20;

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase({ migrations: [] });
  await db.query("create", "create table products (title text, actor text)");
});

describe("forgetAnswers", () => {
  it("forgets what a person was answered and what others were answered about them, and nothing else", async () => {
    const own = { title: "parrot", key: "own" };
    const others = { title: "parrot", key: "others", subject: "dora", about: "ann" };
    const kept = { title: "parrot", key: "kept", subject: "dora", about: "ben" };
    for (const call of [own, others, kept]) await createProduct(call);

    await db.transaction((tx) => forgetAnswers(tx, "ann"));

    expect(await Promise.all([own, others, kept].map(createProduct))).toMatchObject([
      { replayed: false },
      { replayed: false },
      { replayed: true },
    ]);
  });
});

afterAll(() => db[Symbol.asyncDispose]());

beforeEach(async () => {
  await db.query("empty", "delete from products");
  await db.query("forget", "delete from idempotency");
});

describe("mutate", () => {
  it("does the work of each request that has no key", async () => {
    await createProduct({ title: "parrot" });
    await createProduct({ title: "parrot" });

    expect(await titles()).toEqual(["parrot", "parrot"]);
  });

  it("does the work of 20 twins once and gives all the same answer", async () => {
    const answers = await Promise.all(
      Array.from({ length: TWINS }, () => createProduct({ title: "parrot", key: "k" })),
    );

    expect(await titles()).toEqual(["parrot"]);
    expect(new Set(answers.map(({ productId }) => productId)).size).toBe(1);
    expect(answers.filter(({ replayed }) => replayed)).toHaveLength(TWINS - 1);
  });

  it("lets a twin wait for the running request and gives it the stored answer", async () => {
    const gate = Promise.withResolvers<void>();
    const first = createProduct({ title: "parrot", key: "k", until: gate.promise });
    await expect.poll(claimed).toBe(true);
    const twin = createProduct({ title: "parrot", key: "k" });
    await expect.poll(waitingForLock).toBe(1);

    gate.resolve();

    expect((await twin).productId).toBe((await first).productId);
    expect(await titles()).toEqual(["parrot"]);
  });

  it("refuses a twin whose time is over before the first has ended", async () => {
    const gate = Promise.withResolvers<void>();
    const first = createProduct({ title: "parrot", key: "k", until: gate.promise });
    await expect.poll(claimed).toBe(true);

    const twin = createProduct({ title: "parrot", key: "k", timeoutMs: 400 });

    await expect(twin).rejects.toMatchObject({ kind: "refused", reason: "IDEMPOTENCY_TWIN_RUNNING" });
    gate.resolve();
    await first;
  });

  it("leaves no time limit of its own behind on the connection", async () => {
    await createProduct({ title: "parrot", key: "k", timeoutMs: 1_234 });

    const limits = await Promise.all(Array.from({ length: 10 }, () => db.query("limit", "show lock_timeout")));

    expect(new Set(limits.map(({ rows }) => rows[0]?.["lock_timeout"]))).toEqual(new Set(["5s"]));
  });

  it("does the twin's work when the running request ends in a refusal", async () => {
    const gate = Promise.withResolvers<void>();
    const first = createProduct({ title: "", key: "k", until: gate.promise });
    const refusal = first.catch((error: unknown) => error);
    await expect.poll(claimed).toBe(true);
    const twin = createProduct({ title: "parrot", key: "k" });
    await expect.poll(waitingForLock).toBe(1);

    gate.resolve();

    expect(await refusal).toMatchObject({ reason: "TITLE_MISSING" });
    expect((await twin).replayed).toBe(false);
    expect(await titles()).toEqual(["parrot"]);
  });

  it("refuses a key that came with another request", async () => {
    await createProduct({ title: "parrot", key: "k" });

    const other = createProduct({ title: "dove", key: "k" });

    await expect(other).rejects.toMatchObject({ kind: "keyReused", reason: "IDEMPOTENCY_KEY_REUSED" });
    expect(await titles()).toEqual(["parrot"]);
  });

  it("keeps the keys of two callers apart", async () => {
    await createProduct({ title: "parrot", key: "k", subject: "ann" });
    await createProduct({ title: "dove", key: "k", subject: "bob" });

    expect(await titles()).toEqual(["dove", "parrot"]);
  });

  it("forgets an answer that has expired", async () => {
    await createProduct({ title: "parrot", key: "k" });
    await db.query("age", "update idempotency set expires_at = now()");

    await createProduct({ title: "dove", key: "k" });

    expect(await titles()).toEqual(["dove", "parrot"]);
  });

  it.each([
    ["empty", ""],
    ["longer than 255 characters", "k".repeat(256)],
  ])("refuses a key that is %s", async (_, key) => {
    await expect(createProduct({ title: "parrot", key })).rejects.toMatchObject({
      kind: "invalid",
      reason: "REQUEST_INVALID",
    });
  });
});

interface Call {
  readonly title: string;
  readonly key?: string;
  readonly subject?: string;
  readonly timeoutMs?: number;
  /** The work does not end before this. */
  readonly until?: Promise<void>;
  /** Whose data the answer holds. */
  readonly about?: string;
}

async function createProduct({ title, key, subject = "ann", timeoutMs = 10_000, until, about }: Call) {
  const context = createHandlerContext({
    service: ProductService,
    method: ProductService.method.createProduct,
    protocolName: "grpc",
    requestMethod: "POST",
    url: "https://orders.test/",
    timeoutMs,
    requestHeader: key === undefined ? {} : { "idempotency-key": key },
    contextValues: createContextValues().set(grantKey, userGrant({ subject })),
  });
  const request: CreateProductRequest = create(CreateProductRequestSchema, { product: { title } });
  const work = async (tx: Transaction, grant: Grant) => {
    await insertProduct(tx, title, grant.caller.actor);
    await until;
    if (title === "") throw new DomainError("refused", "TITLE_MISSING", "a product has a title");
    return create(CreateProductResponseSchema, { product: { title, productId: crypto.randomUUID() } });
  };
  const response: CreateProductResponse = await mutate(db, context, request, work, () => about);
  return { productId: response.product!.productId, replayed: context.responseHeader.has("idempotency-replayed") };
}

async function insertProduct(tx: Transaction, title: string, actor: string): Promise<void> {
  await tx.query("insert_product", "insert into products values ($1, $2)", [title, actor]);
}

async function titles(): Promise<string[]> {
  const { rows } = await db.query<{ title: string }>("titles", "select title from products order by title");
  return rows.map(({ title }) => title);
}

/** Whether a transaction that still runs has taken a key. */
async function claimed(): Promise<boolean> {
  const { rowCount } = await db.query(
    "claimed",
    `select from pg_locks join pg_class on pg_class.oid = relation
      where relname = 'idempotency' and mode = 'RowExclusiveLock' and database = (select oid from pg_database where datname = current_database())`,
  );
  return rowCount > 0;
}

async function waitingForLock(): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    "waiting",
    "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return rows[0]!.n;
}
