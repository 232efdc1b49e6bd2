import { describe, expect, it } from "vitest";
import { findingsAfter, type Edit } from "./contract-copy.ts";

const ORDERS = "proto/orders/v1/order_service.proto";
const POLICY = "policy/policy.csv";

const GET_ORDER_ACCESS = `    option (common.v1.access) = {
      resource: "order"
      action: "read"
    };
`;

describe("newgen", () => {
  it.each<[string, Edit, RegExp]>([
    [
      "an RPC without access",
      [ORDERS, GET_ORDER_ACCESS, ""],
      /^orders\.v1\.OrderService\.GetOrder: option \(common\.v1\.access\) is missing/,
    ],
    [
      "an RPC without a comment",
      [ORDERS, "  // Reads one order with its history.\n", ""],
      /^proto\/orders\/v1\/order_service\.proto:\d+:\d+:RPC "GetOrder" should have a non-empty comment/,
    ],
    [
      "an RPC that no role may call",
      [POLICY, "p, service:delivery, order, dispatch, any\n", ""],
      /^orders\.v1\.OrderService\.DispatchOrder: no row of policy\/policy\.csv grants "order, dispatch"/,
    ],
    [
      "a policy row for what no RPC does",
      [POLICY, "p, dispatcher, log, list, any\n", "p, dispatcher, log, list, any\np, admin, log, erase, any\n"],
      /^policy\/policy\.csv: "p, admin, log, erase" grants what no RPC does/,
    ],
    [
      "a refusal that is no reason of the package",
      [ORDERS, '(common.v1.refusals) = "STOCK_SHORT"', '(common.v1.refusals) = "DELIVERY_NOT_FOUND"'],
      /^orders\.v1\.OrderService\.CreateOrder: refusal DELIVERY_NOT_FOUND is not a value of orders\.v1\.Reason/,
    ],
    [
      "a refusal that every RPC has",
      [ORDERS, '(common.v1.refusals) = "STOCK_SHORT"', '(common.v1.refusals) = "RATE_LIMITED"'],
      /^orders\.v1\.OrderService\.CreateOrder: refusal RATE_LIMITED need not be listed/,
    ],
    [
      "a reason without a kind",
      [
        "proto/orders/v1/reason.proto",
        "REASON_STOCK_SHORT = 4 [(common.v1.kind) = ERROR_KIND_REFUSED]",
        "REASON_STOCK_SHORT = 4",
      ],
      /^orders\.v1\.Reason: REASON_STOCK_SHORT has no option \(common\.v1\.kind\)/,
    ],
    [
      "a kind without a status",
      ["proto/common/v1/errors.proto", "    (http_status) = 404,\n", ""],
      /^ERROR_KIND_NOT_FOUND: it needs \(common\.v1\.http_status\)/,
    ],
    [
      "an event that holds a personal field",
      [
        "proto/orders/v1/product_events.proto",
        "string product_id = 1;",
        "string product_id = 1 [debug_redact = true];",
      ],
      /^orders\/v1\/product_events\.proto: orders\.v1\.ProductCreated reaches orders\.v1\.ProductCreated\.product_id, which is personal/,
    ],
    [
      "an event that reaches a personal field of another message",
      [
        "proto/delivery/v1/delivery_events.proto",
        "  // Where the delivery stood.\n",
        "  // The whole delivery.\n  Delivery delivery = 9;\n  // Where the delivery stood.\n",
      ],
      /CancellationRefused reaches orders\.v1\.Recipient\.phone, which is personal/,
    ],
    [
      "a request without an example",
      [ORDERS, '  option (common.v1.example) = "{\\"order_id\\":\\"01982f5e-7c00-7000-8000-000000000002\\"}";\n', ""],
      /^orders\.v1\.GetOrderRequest: option \(common\.v1\.example\) is missing/,
    ],
    [
      "an example that does not parse",
      [ORDERS, '\\"reason\\":\\"We are moving house\\"', '\\"reazon\\":\\"We are moving house\\"'],
      /^orders\.v1\.CancelOrderRequest: the example is not valid: .*reazon/,
    ],
    [
      "an example that breaks a rule",
      [ORDERS, '\\"page_size\\":20', '\\"page_size\\":2000'],
      /^orders\.v1\.ListOrdersRequest: the example is not valid: int32\.gte_lte/,
    ],
    [
      "a counter-example that breaks nothing",
      [ORDERS, '"{\\"placed_after\\":\\"2026-02-01', '"{\\"placed_after\\":\\"2025-02-01'],
      /^orders\.v1\.ListOrdersRequest: the counter-example for list_orders\.time_range must break .* but breaks none/,
    ],
    [
      "a counter-example that breaks another rule as well",
      [ORDERS, '"{\\"placed_after\\":\\"2026-02-01', '"{\\"page_size\\":-1,\\"placed_after\\":\\"2026-02-01'],
      /^orders\.v1\.ListOrdersRequest: the counter-example .* but breaks .*int32\.gte_lte/,
    ],
    [
      "a CEL rule without a counter-example",
      ["proto/orders/v1/product_service.proto", 'rule_id: "animal.age_range"', 'rule_id: "animal.age"'],
      /^orders\.v1\.Animal: CEL rule animal\.age_range has no counter-example on a request that reaches it/m,
    ],
    [
      "a route that another RPC has",
      [ORDERS, 'post: "/v1/orders/{order_id}:cancel"', 'post: "/v1/orders"'],
      /^orders\.v1\.OrderService\.CancelOrder: POST \/v1\/orders is the route of orders\.v1\.OrderService\.CreateOrder already/,
    ],
    [
      "a GET that is not declared free of side effects",
      [ORDERS, "    option idempotency_level = NO_SIDE_EFFECTS;\n", ""],
      /^orders\.v1\.OrderService\.GetOrder: idempotency_level NO_SIDE_EFFECTS belongs to GET/,
    ],
    [
      "a pending_token that can be brought nowhere",
      [
        "proto/users/v1/auth_service.proto",
        '"/v1/auth/sign-up/{pending_token}"',
        '"/v1/auth/sign-ups/{pending_token}"',
      ],
      /^users\.v1\.AuthService\.SignUp: it answers a pending_token, but no RPC .* has GET \/v1\/auth\/sign-up\/\{pending_token\}/,
    ],
  ])("refuses %s", async (_, edit, finding) => {
    const findings = await findingsAfter(edit);

    expect(findings.join("\n")).toMatch(finding);
  });

  it("stops at a contract that does not compile, with the file and the line", async () => {
    const findings = findingsAfter([ORDERS, "repeated OrderItem items", "repeated OrderItm items"]);

    await expect(findings).rejects.toThrow(/proto\/orders\/v1\/order_service\.proto:\d+:\d+:cannot find `OrderItm`/);
  });
});
