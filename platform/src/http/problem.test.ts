import { describe, expect, it } from "vitest";
import { DomainError } from "../errors.ts";
import { internalRefusal, problemOf, refusalOf } from "./problem.ts";

const place = { origin: "http://localhost:8080", path: "/v1/orders", requestId: "request-1" };

describe("a problem", () => {
  it("tells nothing of what broke here", () => {
    const cause = new Error("connect ECONNREFUSED postgres://orders:secret@10.0.0.7");

    expect(refusalOf(cause)).toBeUndefined();
    expect(problemOf(internalRefusal(cause), place)).toEqual({
      type: "http://localhost:8080/problems/common/internal",
      title: "Internal error",
      status: 500,
      detail: "something broke on this side",
      instance: "/v1/orders",
      reason: "INTERNAL",
      request_id: "request-1",
    });
  });

  it("has the facts of its reason, none of which takes the place of a member", () => {
    const facts = { available: "1", status: "200", reason: "FINE", detail: "all is well", request_id: "x" };
    const error = new DomainError("refused", "STOCK_SHORT", "there is too little", facts);

    expect(problemOf({ error, service: "orders", violations: [], headers: {} }, place)).toMatchObject({
      available: "1",
      status: 409,
      reason: "STOCK_SHORT",
      detail: "there is too little",
      request_id: "request-1",
    });
  });
});
