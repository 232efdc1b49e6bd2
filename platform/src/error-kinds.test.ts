import { REASON_KINDS } from "@animal-delivery/contracts/gen/reasons";
import { expect, it } from "vitest";
import { ERROR_CODES } from "./error-codes.ts";

it("the platform and the contract give each kind of refusal the same HTTP status and title", () => {
  const kinds = Object.entries(ERROR_CODES).map(([kind, { status, title }]) => [kind, { status, title }]);

  expect(Object.fromEntries(kinds)).toEqual(REASON_KINDS);
});
