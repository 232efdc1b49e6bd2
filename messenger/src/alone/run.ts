import type { Environment } from "@animal-delivery/platform/config/load-config";
import { openTelemetry } from "@animal-delivery/platform/telemetry/open-telemetry";
import { createMessenger } from "../service.ts";
import type { Settings } from "./flags.ts";
import { openCertificate } from "./open-certificate.ts";
import { openStore } from "./open-store.ts";
import { serve } from "./serve.ts";
import { sessionAuthenticator, sessionCallers } from "./sessions.ts";

/** Opens what the settings name and serves the messenger on it until `stop` aborts. */
export async function run(settings: Settings, env: Environment, stop: AbortSignal): Promise<void> {
  await using open = new AsyncDisposableStack();
  const { logLevel, maxChatSize: historySizeMax, maxStreams: streamsPerCallerMax } = settings;
  const telemetry = open.use(openTelemetry("messenger", { logLevel, traces: { endpoint: settings.otlpEndpoint } }));
  const certificate = await openCertificate(settings, env, telemetry.log);
  const store = await openStore(settings, telemetry, open);
  const service = createMessenger(
    { historySizeMax, streamsPerCallerMax },
    { telemetry, store, callers: sessionCallers(store) },
  );
  await serve({ settings, service, authenticate: sessionAuthenticator(store), certificate, telemetry }, stop);
}
