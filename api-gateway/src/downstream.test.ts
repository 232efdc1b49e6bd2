import { expect, it } from "vitest";
import { PEERS } from "./downstream.ts";

it("the gateway calls the services behind routes, and asks for no address of those without", () => {
  expect(PEERS).toContain("orders");
  expect(PEERS).not.toContain("operations");
});
