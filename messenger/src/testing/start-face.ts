import { type HttpServer, startHttpServer } from "@animal-delivery/platform/http/http-server";
import { createLogger } from "@animal-delivery/platform/log/logger";
import { createMeters } from "@animal-delivery/platform/telemetry/metrics";
import { createTracing } from "@animal-delivery/platform/telemetry/tracing";
import type { ChatStore } from "../store/chat-store.ts";
import { knownCallers, knownSpeakers } from "./known-speakers.ts";
import { localFace } from "./local-face.ts";

/** Where the world is told to reach the face: problems begin with it. */
export const ORIGIN = "https://messenger.example";

const SERVICE = "messenger";

/** Serves the messenger over a store at a port of this machine, as the program that runs alone does; who calls is the test's to say. */
export async function startFace(store: ChatStore): Promise<HttpServer> {
  const meters = createMeters(SERVICE);
  const telemetry = {
    log: createLogger({ service: SERVICE, level: "error" }),
    tracer: createTracing({ service: SERVICE, meters }).tracer,
    meters,
  };
  const { app } = localFace({
    origin: ORIGIN,
    store,
    callers: knownCallers,
    authenticate: knownSpeakers,
    telemetry,
    config: { historySizeMax: 10_000, streamsPerCallerMax: 1_000 },
    draining: new AbortController().signal,
    checks: [],
    isPrivate: true,
  });
  return startHttpServer({ host: "127.0.0.1", port: 0, origin: () => ORIGIN, fetch: app.fetch.bind(app) });
}
