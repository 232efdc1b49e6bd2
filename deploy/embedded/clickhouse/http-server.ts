import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { createTurns, type Turns } from "../turns.ts";
import { readBody } from "./body.ts";
import { authenticate, type Users } from "./credentials.ts";
import type { Engine } from "./engine.ts";
import { ClickHouseException, toResponse } from "./exception.ts";
import { BODY_BYTES_MAX, RUNNING_MAX, WAITING_MAX } from "./limits.ts";
import { toStatement } from "./statement.ts";

interface Context {
  readonly engine: Engine;
  readonly users: Users;
  readonly turns: Turns;
}

/** The part of ClickHouse's HTTP interface that @clickhouse/client uses, in front of the embedded engine. */
export function createHttpServer(engine: Engine, users: Users): Server {
  const turns = createTurns({ runningMax: RUNNING_MAX, waitingMax: WAITING_MAX, refusal: tooManyQueries });
  const context = { engine, users, turns };
  // A body may take its time; a statement has its own limit; an idle connection outlives the client's 2.5 s.
  const limits = { requestTimeout: 120_000, headersTimeout: 10_000, keepAliveTimeout: 30_000 };
  return createServer(limits, (request, response) => {
    void answer(context, request, response);
  });
}

async function answer(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // The host is of no interest, and the target may be anything that a client cares to send.
  const address = URL.parse(request.url ?? "/", "http://localhost");
  if (address?.pathname === "/ping") {
    response.end("Ok.\n");
    return;
  }
  const queryId = address?.searchParams.get("query_id") ?? randomUUID();
  response.setHeader("X-ClickHouse-Query-Id", queryId.replaceAll(/[^\x20-\x7e]/gu, ""));
  response.setHeader("X-ClickHouse-Timezone", "UTC");
  try {
    if (address?.pathname !== "/")
      throw new ClickHouseException(1000, "POCO_EXCEPTION", 404, "There is no such address.");
    await runStatement(context, address.searchParams, request, response);
  } catch (error) {
    refuse(response, error);
  }
}

async function runStatement(
  { engine, users, turns }: Context,
  address: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const user = authenticate(request, address, users);
  const statement = toStatement(address, await readBody(request, BODY_BYTES_MAX), user);
  const outcome = await turns.take(async () => {
    // Nobody waits for the answer any more; what began already cannot be stopped.
    if (response.destroyed) throw new ClickHouseException(394, "QUERY_WAS_CANCELLED", 499, "Query was cancelled");
    return engine.run(statement);
  });
  response.setHeader("X-ClickHouse-Summary", JSON.stringify(outcome.summary));
  response.setHeader("Content-Type", "text/plain; charset=UTF-8");
  if (wantsGzip(request, address)) {
    response.setHeader("Content-Encoding", "gzip");
    response.end(await promisify(gzip)(outcome.bytes));
  } else {
    response.end(outcome.bytes);
  }
}

function tooManyQueries(): ClickHouseException {
  return new ClickHouseException(202, "TOO_MANY_SIMULTANEOUS_QUERIES", 503, "Too many simultaneous queries.");
}

function wantsGzip(request: IncomingMessage, address: URLSearchParams): boolean {
  return address.get("enable_http_compression") === "1" && /\bgzip\b/u.test(request.headers["accept-encoding"] ?? "");
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  const { status, code, text } = toResponse(error);
  response.statusCode = status;
  response.setHeader("X-ClickHouse-Exception-Code", String(code));
  response.setHeader("Content-Type", "text/plain; charset=UTF-8");
  // What is left of the body stays unread.
  response.setHeader("Connection", "close");
  response.end(`${text}\n`);
}
