import { describe, expect, it } from "vitest";
import { deliveryIdOf } from "./delivery-id.ts";

describe("deliveryIdOf", () => {
  it("answers the same id for the same order, for ever", () => {
    expect(deliveryIdOf("01982f5e-7c00-7000-8000-000000000002")).toBe("3aea57aa-cef5-53b8-9ce4-b7437787a950");
  });

  it("does not care how the order id is written", () => {
    expect(deliveryIdOf("01982F5E-7C00-7000-8000-00000000000A")).toBe(
      deliveryIdOf("01982f5e-7c00-7000-8000-00000000000a"),
    );
  });

  it("answers another id for another order", () => {
    expect(deliveryIdOf("01982f5e-7c00-7000-8000-000000000003")).not.toBe(
      deliveryIdOf("01982f5e-7c00-7000-8000-000000000002"),
    );
  });
});
