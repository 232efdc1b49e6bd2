import {
  ErrorKind as WireKind,
  kind as kindOption,
  ReasonSchema,
} from "@animal-delivery/contracts/gen/common/v1/errors_pb";
import { getOption } from "@bufbuild/protobuf";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { Code, ConnectError } from "@connectrpc/connect";
import { assert, asyncProperty, constantFrom, dictionary, record, string, stringMatching } from "fast-check";
import { describe, expect, it } from "vitest";
import { ERROR_CODES, fromConnectError, isRefusal, toConnectError } from "./error-codes.ts";
import { DomainError, type ErrorKind } from "./errors.ts";
import { inMemoryClient } from "./rpc/in-memory.ts";
import { userGrant } from "./testing/grants.ts";
import { refusalOf } from "./testing/refusal.ts";

const kinds = Object.keys(ERROR_CODES) as ErrorKind[];
const names = stringMatching(/^[a-z][a-z_]{0,20}$/);

const refusals = record({
  kind: constantFrom(...kinds),
  reason: constantFrom("ORDER_NOT_FOUND", "REQUEST_INVALID", "ETAG_STALE", "RATE_LIMITED"),
  message: string({ maxLength: 100, unit: "grapheme" }),
  metadata: dictionary(names, string({ maxLength: 50, unit: "grapheme" }), { maxKeys: 5 }),
});

describe("a refusal", () => {
  it("is the same on the other side, whatever it says", async () => {
    let thrown: DomainError | undefined;
    const client = inMemoryClient(
      OrderService,
      (router) =>
        router.service(OrderService, {
          getOrder: () => {
            throw thrown;
          },
        }),
      { grant: userGrant({ subject: "ada" }) },
    );

    await assert(
      asyncProperty(refusals, async ({ kind, reason, message, metadata }) => {
        thrown = new DomainError(kind, reason, message, metadata);
        const received = await refusalOf(client.getOrder({ orderId: "0198f0a0-0000-7000-8000-000000000001" }));

        expect(received).toMatchObject({ kind, reason, message });
        expect({ ...received.metadata }).toEqual({ ...metadata });
      }),
      { numRuns: 100 },
    );
  });

  it("does not carry its cause", () => {
    const error = toConnectError(new DomainError("refused", "R", "no", {}, { cause: new Error("secret") }), "d");

    expect(error.rawMessage).toBe("no");
    expect([...error.metadata]).toEqual([["error-kind", "refused"]]);
    expect(error.details.map((detail) => "value" in detail && detail.value)).toEqual([
      { reason: "R", domain: "d", metadata: {} },
    ]);
  });
});

describe("an error of the transport", () => {
  it.each([
    [Code.Unavailable, "unavailable", "UNAVAILABLE"],
    [Code.Aborted, "unavailable", "UNAVAILABLE"],
    [Code.Internal, "unavailable", "UNAVAILABLE"],
    [Code.DeadlineExceeded, "deadlineExceeded", "DEADLINE_EXCEEDED"],
    [Code.ResourceExhausted, "tooLarge", "REQUEST_TOO_LARGE"],
    [Code.InvalidArgument, "invalid", "REQUEST_INVALID"],
    [Code.Unimplemented, "internal", "INTERNAL"],
  ])("with code %i is %s", (code, kind, reason) => {
    const refusal = fromConnectError(new ConnectError("connect ECONNREFUSED 10.0.0.7:9011", code));

    expect(refusal).toMatchObject({ kind, reason });
    expect(refusal.message).not.toContain("10.0.0.7");
  });
});

describe("the table", () => {
  it("has the kinds of the contract, no more and no less", () => {
    const wire = Object.keys(WireKind).filter((name) => name !== "UNSPECIFIED");

    expect(kinds.map((kind) => kind.replace(/[A-Z]/g, "_$&").toUpperCase()).sort()).toEqual(wire.sort());
  });

  it("knows a refusal that this process made from any other error", () => {
    expect(isRefusal(toConnectError(new DomainError("refused", "R", "no"), "d"))).toBe(true);
    expect(isRefusal(new ConnectError("no", Code.FailedPrecondition))).toBe(false);
    expect(isRefusal("no")).toBe(false);
  });

  it("gives every common reason a kind", () => {
    const without = ReasonSchema.values.filter((value) => value.number !== 0 && !getOption(value, kindOption));

    expect(without).toEqual([]);
  });
});
