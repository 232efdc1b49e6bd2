import type { DescMethod } from "@bufbuild/protobuf";

const names = new WeakMap<DescMethod, string>();

/** `orders.v1.OrderService/GetOrder`: the RPC in logs, metrics and spans. */
export function methodName(method: DescMethod): string {
  const name = names.get(method) ?? `${method.parent.typeName}/${method.name}`;
  names.set(method, name);
  return name;
}
