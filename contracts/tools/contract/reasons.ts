import type { DescEnum, DescEnumValue } from "@bufbuild/protobuf";
import type { Contract } from "./read-contract.ts";

/** The enums `Reason`, one of each package that refuses anything. */
export function reasonEnums({ files }: Contract): DescEnum[] {
  return files.flatMap((file) => file.enums).filter((enumeration) => enumeration.name === "Reason");
}

/** `REASON_ORDER_NOT_FOUND` -> `ORDER_NOT_FOUND`, as it stands in a refusal. */
export function reasonName(value: DescEnumValue): string {
  return value.name.replace(/^REASON_/, "");
}

/** `orders.v1` -> `orders`, as it stands in the address of a problem. */
export function domainOf(desc: DescEnum): string {
  return desc.file.proto.package.replace(/\.v\d+$/, "");
}

/** A kind of refusal, by the name the platform has for it: `notFound`. */
export interface Kind {
  readonly name: string;
  readonly status: number;
  /** `NOT_FOUND`. */
  readonly grpcCode: string;
  readonly title: string;
  readonly description: string;
}

/** A reason with what a caller is told about it. */
export interface ReasonInfo {
  /** `orders`; `common` for the reasons of every RPC. */
  readonly domain: string;
  readonly reason: string;
  readonly kind: Kind;
  readonly description: string;
}

/** Every kind of refusal, in the order of the contract. */
export function readKinds({ registry, options, commentOf }: Contract): Kind[] {
  const values = registry.getEnum("common.v1.ErrorKind")?.values ?? [];
  return values
    .filter((value) => value.number !== 0)
    .map((value) => ({
      name: kindName(value.name.replace("ERROR_KIND_", "")),
      status: options.status(value),
      grpcCode: options.grpcCode(value),
      title: options.title(value),
      description: commentOf(value),
    }));
}

/** Every reason of the contract, in the order of the files. */
export function readReasons(contract: Contract): ReasonInfo[] {
  const kinds = new Map(readKinds(contract).map((kind) => [kind.name, kind]));
  return reasonEnums(contract).flatMap((reasons) => {
    return reasons.values.flatMap((value): ReasonInfo[] => {
      const kind = kinds.get(kindName(contract.options.kind(value) ?? ""));
      const description = contract.commentOf(value);
      return kind ? [{ domain: domainOf(reasons), reason: reasonName(value), kind, description }] : [];
    });
  });
}

/** The last part of a problem's address: `ORDER_NOT_FOUND` -> `order-not-found`. */
export function slugOf(reason: string): string {
  return reason.toLowerCase().replaceAll("_", "-");
}

/** `NOT_FOUND` -> `notFound`. */
function kindName(name: string): string {
  return name.toLowerCase().replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
