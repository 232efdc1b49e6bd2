import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { ProductService } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { UserService } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import { Health } from "@animal-delivery/contracts/gen/grpc/health/v1/health_pb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadAccess } from "./access.ts";
import { contractPolicyFiles, type PolicyFiles } from "./load-policy.ts";
import { RELATIONS } from "./relations.ts";

const { getOrder, dispatchOrder, cancelOrder } = OrderService.method;
const { getUser } = UserService.method;

describe("grant", () => {
  it.each([
    ["customer", getOrder, ["customer"]],
    ["dispatcher", getOrder, RELATIONS],
    ["admin", getOrder, RELATIONS],
    ["courier", getOrder, []],
    ["user", getUser, ["self"]],
    ["courier", getUser, ["self"]],
    ["admin", getUser, RELATIONS],
    ["anonymous", getUser, []],
    ["anonymous", getOrder, []],
    ["anonymous", ProductService.method.getProduct, RELATIONS],
    ["courier", ProductService.method.getProduct, RELATIONS],
    ["admin", dispatchOrder, []],
    ["service:delivery", dispatchOrder, RELATIONS],
    ["service:logging", dispatchOrder, []],
    ["nobody", getOrder, []],
  ] as const)("gives %s on %s the relations %j", async (role, method, relations) => {
    const access = await loadAccess();

    expect([...access.grant([role], method)]).toEqual([...relations]);
  });

  it("joins what several roles of one person may do", async () => {
    const access = await loadAccess();

    expect(access.grant(["courier", "customer"], cancelOrder)).toEqual(new Set(["customer"]));
    expect(access.grant(["customer", "dispatcher"], cancelOrder)).toEqual(new Set(RELATIONS));
    expect(access.grant([], cancelOrder)).toEqual(new Set());
  });

  it("refuses an RPC that has no access option", async () => {
    const access = await loadAccess();

    expect(access.grant(["admin"], Health.method.check)).toEqual(new Set());
  });
});

describe("reload", () => {
  let folder: string;
  let files: PolicyFiles;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "access-"));
    files = { model: contractPolicyFiles().model, policy: join(folder, "policy.csv") };
    await writeFile(files.policy, await readFile(contractPolicyFiles().policy));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("swaps to the policy as it is now", async () => {
    const access = await loadAccess(files);
    await writeFile(files.policy, "p, courier, order, read, courier\n");

    await access.reload();

    expect(access.grant(["courier"], getOrder)).toEqual(new Set(["courier"]));
    expect(access.grant(["admin"], getOrder)).toEqual(new Set());
  });

  it.each([
    ["is empty", ""],
    ["has a row with a relation nobody knows", "p, admin, order, read, owner\n"],
    ["has a row with a column too many", "p, admin, order, read, any, deny\n"],
    ["has a row with a column too few", "p, admin, order, read\n"],
    ["has a row of a kind the model does not have", "p, admin, order, read, any\nq, admin, order, read, any\n"],
  ])("keeps the old policy when the new one %s", async (_, policy) => {
    const access = await loadAccess(files);
    await writeFile(files.policy, policy);

    await expect(access.reload()).rejects.toThrow(/policy/);

    expect(access.grant(["customer"], getOrder)).toEqual(new Set(["customer"]));
  });

  it("goes on after a reload that failed, with several asked for at once", async () => {
    const access = await loadAccess(files);
    await writeFile(files.policy, "p, admin, order, read, nobody\n");
    await expect(access.reload()).rejects.toThrow(/policy row/);
    await writeFile(files.policy, "p, courier, order, read, courier\n");

    await Promise.all([access.reload(), access.reload()]);

    expect(access.grant(["courier"], getOrder)).toEqual(new Set(["courier"]));
  });

  it("keeps the old policy when the file is gone", async () => {
    const access = await loadAccess(files);
    await rm(files.policy);

    await expect(access.reload()).rejects.toThrow("ENOENT");

    expect(access.grant(["dispatcher"], getOrder)).toEqual(new Set(RELATIONS));
  });
});
