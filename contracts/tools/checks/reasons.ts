import type { DescEnum } from "@bufbuild/protobuf";
import type { Contract } from "../contract/read-contract.ts";
import { reasonEnums, reasonName } from "../contract/reasons.ts";

/** What every kind has. */
const OPTIONS = ["status", "grpcCode", "title"] as const;

/** Every reason has a kind, every kind its options, and RPCs refuse for reasons of their own package only. */
export function checkReasons(contract: Contract): string[] {
  const enums = reasonEnums(contract);
  return [...enums.flatMap((reasons) => checkKinds(contract, reasons)), ...checkRefusals(contract, enums)];
}

function checkKinds({ options, registry }: Contract, reasons: DescEnum): string[] {
  const kinds = registry.getEnum("common.v1.ErrorKind")?.values ?? [];
  const unfinished = kinds.filter((kind) => kind.number !== 0 && !OPTIONS.every((name) => options[name](kind)));
  return [
    ...unfinished.map(
      (kind) => `${kind.name}: it needs (common.v1.http_status), (common.v1.grpc_code), (common.v1.title)`,
    ),
    ...reasons.values
      .filter((value) => value.number !== 0 && !options.kind(value))
      .map((value) => `${reasons.typeName}: ${value.name} has no option (common.v1.kind)`),
  ];
}

function checkRefusals({ rpcs }: Contract, enums: readonly DescEnum[]): string[] {
  const known = new Map(enums.map((reasons) => [reasons.file.proto.package, new Set(reasons.values.map(reasonName))]));
  return rpcs.flatMap(({ name, method, refusals }) => {
    const own = method.parent.file.proto.package;
    return refusals.flatMap((refusal) => {
      if (known.get("common.v1")?.has(refusal))
        return [`${name}: refusal ${refusal} need not be listed, every RPC has it`];
      return known.get(own)?.has(refusal) ? [] : [`${name}: refusal ${refusal} is not a value of ${own}.Reason`];
    });
  });
}
