import type { Hono } from "hono";
import type { IdentityProvider } from "./auth/identity-provider.ts";
import type { Downstream } from "./downstream.ts";
import type { HttpEnv } from "@animal-delivery/platform/http/exchange";
import { serviceStates } from "./pages/health.ts";

export interface WarmUpOptions {
  readonly app: Hono<HttpEnv>;
  readonly downstream: Downstream;
  readonly provider: IdentityProvider;
}

/** Often enough for V8 to compile the way of a request. */
const ROUNDS = 200;

/** Opens the connections and runs the hot path until it is compiled, before anybody waits for it. */
export async function warmUp({ app, downstream, provider }: WarmUpOptions): Promise<void> {
  const connections = [provider.endpoints().catch(() => undefined), serviceStates(downstream)];
  for (let round = 0; round < ROUNDS; round += 1) await app.request("/version", undefined, { isWarmUp: true });
  await Promise.all(connections);
}
