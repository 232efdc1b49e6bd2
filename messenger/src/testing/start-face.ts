import { type HttpServer, startHttpServer } from "@animal-delivery/platform/http/http-server";
import { createLogger } from "@animal-delivery/platform/log/logger";
import { localTransport } from "@animal-delivery/platform/rpc/local-transport";
import { methodName } from "@animal-delivery/platform/rpc/method-name";
import { createMeters } from "@animal-delivery/platform/telemetry/metrics";
import { createTracing } from "@animal-delivery/platform/telemetry/tracing";
import { createHttpFace } from "../alone/http-face.ts";
import { createMessenger } from "../service.ts";
import type { ChatStore } from "../store/chat-store.ts";
import { knownCallers, knownSpeakers } from "./known-speakers.ts";

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
  const config = { historySizeMax: 10_000, streamsPerCallerMax: 1_000 };
  const service = createMessenger(config, { telemetry, store, callers: knownCallers });
  const transport = localTransport(
    (router) => service.routes(router),
    {
      name: service.name,
      authenticate: knownSpeakers,
      telemetry,
      onUndocumentedRefusal: (method, { reason }) => {
        throw new Error(`the contract of ${methodName(method)} does not list the refusal ${reason}`);
      },
    },
    new AbortController().signal,
  );
  const options = { origin: ORIGIN, transport, authenticate: knownSpeakers, telemetry, checks: [], isPrivate: true };
  const app = createHttpFace(options);
  return startHttpServer({ host: "127.0.0.1", port: 0, origin: () => ORIGIN, fetch: app.fetch.bind(app) });
}
