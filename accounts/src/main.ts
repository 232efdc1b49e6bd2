import { loadAccess } from "@animal-delivery/platform/access/access";
import { createDeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import { createTokenVerifier } from "@animal-delivery/platform/access/token";
import { openBus } from "@animal-delivery/platform/bus/open-bus";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { openKeyValueStore } from "@animal-delivery/platform/kv/open-key-value-store";
import { runMain } from "@animal-delivery/platform/service/run-main";
import { runService } from "@animal-delivery/platform/service/run-service";
import { openTelemetry } from "@animal-delivery/platform/telemetry/open-telemetry";
import { watchTls } from "@animal-delivery/platform/tls/watch-tls";
import { Config } from "./config.ts";
import { openKeycloakDirectory } from "./directory/keycloak/open-keycloak-directory.ts";
import { openMailSender } from "./mail/open-mail-sender.ts";
import { connectNeighbours } from "./rpc/neighbours.ts";
import { createAccounts } from "./service.ts";

await runMain("accounts", async (stop) => {
  const config = loadConfig(Config);
  await using open = new AsyncDisposableStack();
  const telemetry = open.use(openTelemetry("accounts", config));
  const db = open.use(openDatabase(config.database, telemetry));
  const bus = open.use(await openBus(config.bus, telemetry.besideBus));
  open.use(telemetry.sendLines(bus));

  const kv = open.use(await openKeyValueStore(config.redis, telemetry));
  const tls = open.use(watchTls(config.tls));
  const neighbours = connectNeighbours(config.addresses, { tls, telemetry });
  const directory = openKeycloakDirectory(config.keycloak, telemetry);
  const mail = open.use(openMailSender(config.mail));
  const access = await loadAccess();
  const verifier = createTokenVerifier(config.oidc);
  await verifier.prepare();
  const deniedSessions = createDeniedSessions(kv, telemetry);
  const service = createAccounts(config, { telemetry, db, bus, directory, deniedSessions, mail, neighbours });
  const rpc = { ...config.rpc, tls };
  const running = await runService(
    { service, rpc, ops: config.ops, telemetry, access, verifier, deniedSessions },
    stop,
  );
  await running.stopped;
});
