import type { DescService } from "@bufbuild/protobuf";

/** The contract's packages that are served under another name; every other package is served by the service of its name. */
const SERVICE_OF_PACKAGE: Readonly<Record<string, string>> = { users: "accounts" };

/**
 * The service that answers the RPCs, as its certificate, its address variable and the policy name it: `orders` for
 * `orders.v1.OrderService`, `accounts` for `users.v1.UserService`.
 */
export function peerOf({ typeName }: Pick<DescService, "typeName">): string {
  return peerOfPackage(typeName.split(".", 1)[0] ?? typeName);
}

/** The same for a package without its version, the domain of reasons in the contract: `accounts` for `users`. */
export function peerOfPackage(name: string): string {
  return SERVICE_OF_PACKAGE[name] ?? name;
}
