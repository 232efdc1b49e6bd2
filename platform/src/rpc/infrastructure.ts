import type { DescMethod } from "@bufbuild/protobuf";

/** Whether an RPC belongs to gRPC itself (health, reflection): any certificate of ours may call it, the policy has no rows. */
export function isInfrastructure(method: DescMethod): boolean {
  return method.parent.typeName.startsWith("grpc.");
}
