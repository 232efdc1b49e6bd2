import { loadAccess } from "@animal-delivery/platform/access/access";
import { createDeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import { createTokenVerifier } from "@animal-delivery/platform/access/token";
import { openBus } from "@animal-delivery/platform/bus/open-bus";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { openKeyValueStore } from "@animal-delivery/platform/kv/open-key-value-store";
import { runMain } from "@animal-delivery/platform/service/run-main";
import { openTelemetry } from "@animal-delivery/platform/telemetry/open-telemetry";
import { watchTls } from "@animal-delivery/platform/tls/watch-tls";
import { Config } from "./config.ts";
import { createDownstream } from "./downstream.ts";
import { runGateway } from "./run-gateway.ts";
import { createGateway } from "./service.ts";

await runMain("api-gateway", async (stop) => {
  const config = loadConfig(Config);
  await using open = new AsyncDisposableStack();
  const telemetry = open.use(openTelemetry("api-gateway", config));
  if (config.bus) {
    const bus = open.use(await openBus(config.bus, telemetry.besideBus));
    open.use(telemetry.sendLines(bus));
  }
  const kv = open.use(await openKeyValueStore(config.redis, telemetry));
  const tls = open.use(watchTls(config.tls));
  const verifier = createTokenVerifier(config.oidc);
  await verifier.prepare();
  const gateway = createGateway(config, {
    telemetry,
    access: await loadAccess(),
    verifier,
    deniedSessions: createDeniedSessions(kv, telemetry),
    kv,
    downstream: createDownstream({ ...config, tls, telemetry, timeoutMs: config.requestTimeoutMs }),
  });
  const running = await runGateway({ ...config, gateway, telemetry }, stop);
  await running.stopped;
});
