import { v5 } from "uuid";

/** The namespace of delivery ids made from order ids. Fixed for ever: another one would start second deliveries. */
const NAMESPACE = "5f4f4bd4-6f0b-4f5e-9d51-0c6a3f6c2b6e";

/** The id of the one delivery an order can have: retries, twins and the repair after a crash all come to the same. */
export function deliveryIdOf(orderId: string): string {
  return v5(orderId.toLowerCase(), NAMESPACE);
}
