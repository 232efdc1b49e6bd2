import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { NoteService } from "@animal-delivery/contracts/gen/notes/v1/note_service_pb";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { loadAccess } from "@animal-delivery/platform/access/access";
import { createDeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import { createTokenVerifier } from "@animal-delivery/platform/access/token";
import { openBus } from "@animal-delivery/platform/bus/open-bus";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { openKeyValueStore } from "@animal-delivery/platform/kv/open-key-value-store";
import { createRpcClient } from "@animal-delivery/platform/rpc/client";
import { runMain } from "@animal-delivery/platform/service/run-main";
import { runService } from "@animal-delivery/platform/service/run-service";
import { openTelemetry } from "@animal-delivery/platform/telemetry/open-telemetry";
import { watchTls } from "@animal-delivery/platform/tls/watch-tls";
import { Config } from "./config.ts";
import { openKeycloakDirectory } from "./directory/keycloak/open-keycloak-directory.ts";
import { openMailSender } from "./mail/open-mail-sender.ts";
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
  const neighbours = {
    notes: createRpcClient(NoteService, { address: config.addresses.notes, tls, telemetry }),
    orders: createRpcClient(OrderService, { address: config.addresses.orders, tls, telemetry }),
    delivery: createRpcClient(DeliveryService, { address: config.addresses.delivery, tls, telemetry }),
  };
  const directory = openKeycloakDirectory(config.keycloak, telemetry);
  const mail = open.use(openMailSender(config.mail));
  const access = await loadAccess();
  const verifier = createTokenVerifier(config.oidc);
  await verifier.prepare();
  const deniedSessions = createDeniedSessions(kv, telemetry);
  const service = createAccounts(config, { telemetry, db, bus, directory, deniedSessions, mail, ...neighbours });
  const rpc = { ...config.rpc, tls };
  const running = await runService(
    { service, rpc, ops: config.ops, telemetry, access, verifier, deniedSessions },
    stop,
  );
  await running.stopped;
});
