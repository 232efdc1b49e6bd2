// What a newcomer does to add an RPC, done in a copy of the repository: a few lines of contract, one policy row and one
// function publish a documented, validated, authorized REST route. Nothing in the gateway changes.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, listAt, textAt, type Api, type Json } from "../src/api.ts";
import { anonymous, signIn } from "../src/people.ts";
import type * as launcher from "../src/platform-process.ts";
import { copyRepository, type Outcome, type RepositoryCopy } from "../src/repository-copy.ts";
import { givenProduct } from "../src/story.ts";
import { passwordsFrom, type Target } from "../src/target.ts";

const PROTO = "contracts/proto/orders/v1/product_service.proto";
const SERVICE = "orders/src/rpc/product-service.ts";
const NEWGEN = "contracts/tools/newgen.ts";
/** The second time only what changed is looked at again. */
const TYPES = ["--noEmit", "--incremental", "--tsBuildInfoFile", "types.tsbuildinfo"];
const NO_PRODUCT = "01982f5e-7c00-7000-8000-000000000001";

const RPC = `  // Says how many of a product can be ordered now.
  rpc GetStock(GetStockRequest) returns (GetStockResponse) {
    option idempotency_level = NO_SIDE_EFFECTS;
    option (google.api.http) = {get: "/v1/products/{product_id}/stock"};
    option (common.v1.access) = {
      resource: "product"
      action: "count"
    };
    option (common.v1.refusals) = "PRODUCT_NOT_FOUND";
  }

`;
const MESSAGES = `
// Request of ProductService.GetStock.
message GetStockRequest {
  option (common.v1.example) = "{\\"product_id\\":\\"${NO_PRODUCT}\\"}";
  // Which product.
  string product_id = 1 [(buf.validate.field).string.uuid = true];
}

// Response of ProductService.GetStock.
message GetStockResponse {
  // How many.
  int32 stock = 1;
}
`;
const POLICY_ROW = "p, dispatcher, product, count, any\n";
const FUNCTION = `    async getStock({ productId }) {
      const product = await findProduct(db, productId);
      if (!product) throw productNotFound(productId);
      return { stock: product.stock };
    },

`;

let copy: RepositoryCopy;
let platform: launcher.PlatformProcess | undefined;
let target: Target;
/** How each step of the newcomer ended. */
let withoutPolicy: Outcome;
let generated: Outcome;
let typesWithoutFunction: Outcome;
let typesWithFunction: Outcome;

beforeAll(async () => {
  copy = await copyRepository();
  await copy.insertBefore(PROTO, "  // Changes the fields of a product", RPC);
  await copy.append(PROTO, MESSAGES);
  withoutPolicy = await copy.run(NEWGEN);
  await copy.append("contracts/policy/policy.csv", POLICY_ROW);
  generated = await copy.run(NEWGEN);
  typesWithoutFunction = await copy.run("tsc", ...TYPES);
  await copy.insertBefore(SERVICE, "    updateProduct:", FUNCTION);
  typesWithFunction = await copy.run("tsc", ...TYPES);

  platform = await startCopy();
  target = { baseUrl: platform.baseUrl, passwords: passwordsFrom(process.env) };
});
afterAll(async () => {
  await platform?.stop();
  await copy[Symbol.asyncDispose]();
});

/** By the copy's own module: what it starts lies beside it. */
async function startCopy(): Promise<launcher.PlatformProcess> {
  const file = pathToFileURL(join(copy.folder, "e2e/src/platform-process.ts")).href;
  const { startPlatformProcess } = (await import(file)) as typeof launcher;
  return startPlatformProcess({ dataDir: join(copy.folder, ".data") });
}

describe("an RPC that was added", () => {
  it("is refused by newgen until the policy says who may call it", () => {
    expect(withoutPolicy.code).toBe(1);
    expect(withoutPolicy.output).toContain('GetStock: no row of policy/policy.csv grants "product, count" to anybody');
    expect(generated).toMatchObject({ code: 0 });
  });

  it("does not type-check until the service implements it", () => {
    expect(typesWithoutFunction.code).not.toBe(0);
    expect(typesWithoutFunction.output).toMatch(/orders\/src\/rpc\/product-service\.ts.*\n?.*getStock/);
    expect(typesWithFunction.output).not.toContain("orders/");
  });

  it("answers over REST to a role that the policy lists", async () => {
    const [admin, dispatcher] = [await signIn(target, "admin"), await signIn(target, "dispatcher")];
    const productId = await givenProduct(admin, 7);

    const answer = await dispatcher.get(stockOf(productId));

    expect([answer.status, answer.body]).toEqual([200, { stock: 7 }]);
  });

  it.each<[string, string, () => Api | Promise<Api>, number, string]>([
    ["a role that the policy does not list", NO_PRODUCT, () => signIn(target, "customer"), 403, "ACCESS_DENIED"],
    ["nobody in particular", NO_PRODUCT, () => anonymous(target), 401, "TOKEN_INVALID"],
    ["a product that does not exist", NO_PRODUCT, () => signIn(target, "dispatcher"), 404, "PRODUCT_NOT_FOUND"],
    ["an id that is none", "no-uuid", () => signIn(target, "dispatcher"), 400, "REQUEST_INVALID"],
  ])("refuses %s", async (_, productId, callerOf, status, reason) => {
    const caller = await callerOf();

    const answer = await caller.get(stockOf(productId));

    expect([answer.status, textAt(answer.body, "reason")]).toEqual([status, reason]);
    const fields = listAt(answer.body, "errors").map((error) => textAt(error, "field"));
    expect(fields).toEqual(status === 400 ? ["product_id"] : []);
  });

  it("is documented with an example, its roles and its refusals", async () => {
    const { body } = await anonymous(target).get("/openapi.json");
    const operation = at(body, "paths", "/v1/products/{product_id}/stock", "get");

    expect(operation).toMatchObject({
      operationId: "ProductService_GetStock",
      summary: "Says how many of a product can be ordered now",
      parameters: [{ name: "product_id", in: "path", required: true, example: NO_PRODUCT }],
      "x-access": { resource: "product", action: "count", roles: { dispatcher: ["any"], admin: ["any"] } },
    });
    expect(Object.keys(at(operation, "responses") as Record<string, Json>)).toEqual(
      expect.arrayContaining(["200", "400", "401", "403", "404", "429", "503"]),
    );
    expect(await fileOf("docs/errors.md")).toContain("`ProductService.GetStock`");
  });

  it("stands in the matrix of who may do what", async () => {
    const matrix = await fileOf("contracts/policy/matrix.csv");
    const rows = matrix.split("\n").filter((row) => row.startsWith("orders.v1.ProductService.GetStock,"));
    const allowed = rows.filter((row) => row.includes("allowed")).map((row) => row.split(",")[1]);

    expect(allowed.toSorted()).toEqual(["admin", "dispatcher"]);
  });
});

function stockOf(productId: string): string {
  return `/v1/products/${productId}/stock`;
}

async function fileOf(path: string): Promise<string> {
  return readFile(join(copy.folder, path), "utf8");
}
