import { REASON_KINDS } from "@animal-delivery/contracts/gen/reasons";
import { ConnectError } from "@connectrpc/connect";
import { expect, it } from "vitest";
import { ERROR_CODES } from "./error-codes.ts";
import { codeName } from "./rpc/code-name.ts";

it("the platform and the contract give each kind of refusal the same HTTP status, gRPC code and title", () => {
  const kinds = Object.entries(ERROR_CODES).map(([kind, { status, code, title }]) => {
    return [kind, { status, grpcCode: codeName(new ConnectError("", code)), title }];
  });

  expect(Object.fromEntries(kinds)).toEqual(REASON_KINDS);
});
