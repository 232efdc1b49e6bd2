import { createClient } from "@connectrpc/connect";
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from "@animal-delivery/contracts/gen/grpc/health/v1/health_pb";
import { type Downstream, PEERS } from "../downstream.ts";

export type ServiceState = "serving" | "not ready" | "away";

const TIMEOUT_MS = 1_000;

/** How each service says it is, all asked at once by gRPC's health protocol. */
export async function serviceStates(downstream: Downstream): Promise<ReadonlyMap<string, ServiceState>> {
  const states = PEERS.map(async (peer) => [peer, await stateOf(downstream, peer)] as const);
  return new Map(await Promise.all(states));
}

async function stateOf(downstream: Downstream, peer: string): Promise<ServiceState> {
  try {
    const { status } = await createClient(Health, downstream(peer)).check({}, { timeoutMs: TIMEOUT_MS });
    return status === Status.SERVING ? "serving" : "not ready";
  } catch {
    return "away";
  }
}
