import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { ChatService } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import { MessageService } from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import { SessionService } from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import { REASONS } from "@animal-delivery/contracts/gen/reasons";
import { createProblemAnswerer } from "@animal-delivery/platform/http/answer-problem";
import { addDocs } from "@animal-delivery/platform/http/docs";
import type { Exchange, HttpEnv } from "@animal-delivery/platform/http/exchange";
import { addHealthRoutes } from "@animal-delivery/platform/http/health-routes";
import { idempotencyMetadata } from "@animal-delivery/platform/http/idempotency-key";
import { observe } from "@animal-delivery/platform/http/observe";
import { addPageStyle } from "@animal-delivery/platform/http/page";
import { addProblemPages } from "@animal-delivery/platform/http/problem-pages";
import { addRoute } from "@animal-delivery/platform/http/route";
import type { Authenticator } from "@animal-delivery/platform/rpc/authenticate";
import { givenTimeoutMs } from "@animal-delivery/platform/rpc/timeout-header";
import type { ReadinessCheck } from "@animal-delivery/platform/service/service";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { Route } from "@animal-delivery/transcoder/route";
import { type Admission, createTranscoder } from "@animal-delivery/transcoder/transcoder";
import { createContextValues, type Transport } from "@connectrpc/connect";
import { Hono } from "hono";

/** A message of 4,000 characters, each escaped as JSON may, is 48,000 bytes. */
const BODY_BYTES_MAX = 65_536;

export interface HttpFaceOptions {
  /** Where the world reaches it. */
  readonly origin: string;
  /** Where the RPCs are answered. */
  readonly transport: Transport;
  readonly authenticate: Authenticator;
  readonly telemetry: Telemetry;
  readonly checks: readonly ReadinessCheck[];
  /** Whether only this machine reaches it: then it tells its metrics too. */
  readonly isPrivate: boolean;
}

/** REST for every RPC of the messenger, and the pages about it. */
export function createHttpFace(options: HttpFaceOptions): Hono<HttpEnv> {
  const { origin, transport, authenticate, telemetry, checks, isPrivate } = options;
  const challenge = () => 'Session realm="messenger"';
  const problem = createProblemAnswerer({ origin, log: telemetry.log, challenge });
  const transcoder = createTranscoder<Exchange>({
    services: [SessionService, ChatService, MessageService],
    transport: () => transport,
    bodyBytesMax: BODY_BYTES_MAX,
    admit: createAdmit(authenticate),
    problem,
  });

  const app = new Hono<HttpEnv>().use(observe({ origin, trustedProxies: 0, corsOrigins: [] }, telemetry));
  addPages(app);
  addHealthRoutes(app, checks);
  if (isPrivate) addMetrics(app, telemetry);
  app.all("*", async (c) => transcoder.handle(c.req.raw, c.get("exchange")));
  app.onError((error, c) => problem(error, c.req.raw, c.get("exchange")));
  return app;
}

/** Finds out who calls before the body is read, and hands that on to the RPC. */
function createAdmit({ authenticate }: Authenticator) {
  return async ({ method, template }: Route, request: Request, exchange: Exchange): Promise<Admission> => {
    exchange.route = template;
    const contextValues = createContextValues();
    await authenticate({ method, requestHeader: request.headers, values: contextValues });
    const timeoutMs = method.methodKind === "unary" ? givenTimeoutMs(request.headers) : undefined;
    const headers = idempotencyMetadata(request);
    return { contextValues, headers, ...(timeoutMs !== undefined && { timeoutMs }) };
  };
}

function addPages(app: Hono<HttpEnv>): void {
  addRoute(app, "/", { GET: (c) => c.redirect("/docs") });
  addPageStyle(app);
  addDocs(app, {
    title: "messenger API",
    assetsFolder: dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json"))),
  });
  const document = readFile(fileURLToPath(import.meta.resolve("@animal-delivery/contracts/openapi/messenger.json")));
  const headers = { "content-type": "application/json" };
  addRoute(app, "/openapi.json", { GET: async () => new Response(await document, { headers }) });
  const reasons = REASONS.filter(({ domain }) => domain === "common" || domain === "messenger");
  addProblemPages(app, { reasons, everybody: "Every operation" });
}

function addMetrics(app: Hono<HttpEnv>, { meters: { registry } }: Telemetry): void {
  const headers = { "content-type": registry.contentType };
  addRoute(app, "/metrics", { GET: async () => new Response(await registry.metrics(), { headers }) });
}
