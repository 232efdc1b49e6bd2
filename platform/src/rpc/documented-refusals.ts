import { getOption, hasOption, type DescMethod } from "@bufbuild/protobuf";
import { access } from "@animal-delivery/contracts/gen/common/v1/access_pb";
import { ReasonSchema, refusals } from "@animal-delivery/contracts/gen/common/v1/errors_pb";

/** The reasons that any RPC may answer with. */
const COMMON = ReasonSchema.values.map(({ name }) => name.replace(/^REASON_/, ""));

const known = new WeakMap<DescMethod, ReadonlySet<string>>();

/** Whether the contract says that the RPC may refuse for this reason. RPCs that are not ours (health) may refuse as they like. */
export function isDocumentedRefusal(method: DescMethod, reason: string): boolean {
  if (!hasOption(method, access)) return true;
  const reasons = known.get(method) ?? new Set([...COMMON, ...getOption(method, refusals)]);
  known.set(method, reasons);
  return reasons.has(reason);
}
