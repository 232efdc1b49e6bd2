import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Database } from "@animal-delivery/platform/db/database";
import type { Logger } from "@animal-delivery/platform/log/logger";
import { answerLogin, isLogin, type LoginOptions } from "./login.ts";
import { statusOf } from "./status-of.ts";

export interface ListenerOptions extends LoginOptions {
  readonly log: Logger;
}

/** Everything the provider's port answers: health, the sign-in page, and OpenID Connect itself. */
export function identityListener(options: ListenerOptions): RequestListener {
  const { provider, db, log } = options;
  const answerProvider = provider.callback();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === "/healthz") return answerHealth(db, response);
    if (isLogin(request)) return answerLogin(options, request, response);
    return answerProvider(request, response);
  };
  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      log.error("identity request failed", { err: error });
      if (!response.headersSent) response.writeHead(statusOf(error));
      response.end();
    });
  };
}

async function answerHealth(db: Database, response: ServerResponse): Promise<void> {
  const healthy = await db.query("checkHealth", "select 1").then(
    () => true,
    () => false,
  );
  response.writeHead(healthy ? 200 : 503, { "Content-Type": "text/plain" }).end(healthy ? "ok\n" : "database away\n");
}
