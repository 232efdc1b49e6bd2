import { loadAccess } from "@animal-delivery/platform/access/access";
import { createDeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import { createTokenVerifier } from "@animal-delivery/platform/access/token";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { createMemoryStore } from "@animal-delivery/platform/kv/memory";
import { createLogger } from "@animal-delivery/platform/log/logger";
import { runMain } from "@animal-delivery/platform/service/run-main";
import { createMeters } from "@animal-delivery/platform/telemetry/metrics";
import { createTracing } from "@animal-delivery/platform/telemetry/tracing";
import { watchTls } from "@animal-delivery/platform/tls/watch-tls";
import { ConfigSchema } from "./config.ts";
import { createDownstream } from "./downstream.ts";
import { runGateway } from "./run-gateway.ts";
import { createGateway } from "./service.ts";

await runMain("api-gateway", async (stop) => {
  const config = loadConfig(ConfigSchema);
  const service = "api-gateway";
  const tracing = createTracing({ service, otlpEndpoint: config.otlpEndpoint });
  const log = createLogger({ service, level: config.logLevel });
  const telemetry = { log, tracer: tracing.tracer, meters: createMeters(service) };
  using tls = watchTls(config.rpc.tls);
  await using kv = createMemoryStore();

  const gateway = createGateway(config, {
    telemetry,
    access: await loadAccess(),
    verifier: createTokenVerifier(config.oidc),
    deniedSessions: createDeniedSessions(kv, telemetry),
    kv,
    downstream: createDownstream({
      addresses: config.rpc.addresses,
      tls,
      telemetry,
      timeoutMs: config.requestTimeoutMs,
    }),
  });
  const { stopped } = await runGateway({ ...config, gateway, telemetry }, stop);
  await stopped;
  await tracing.shutdown();
});
