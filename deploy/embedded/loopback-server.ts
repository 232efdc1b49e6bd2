import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { StartError } from "./start-error.ts";

/** A server on this machine's loopback addresses. */
export interface LoopbackServer {
  /** Takes no more requests, answers those under way, then resolves; after `graceMs` it cuts them. */
  close(graceMs: number): Promise<void>;
}

/**
 * Listens on both loopback addresses, since `localhost` may mean either; on IPv4 alone where there is no IPv6.
 *
 * @param what the person knows it by, for the message when the port is taken.
 * @throws {StartError} when the port is taken.
 */
export async function listenOnLoopback(port: number, what: string, listener: RequestListener): Promise<LoopbackServer> {
  const servers = [await listen("127.0.0.1", port, listener)];
  try {
    servers.push(await listen("::1", port, listener));
  } catch (error) {
    if (codeOf(error) === "EADDRINUSE") throw taken(port, what, error);
  }
  return { close: async (graceMs) => void (await Promise.all(servers.map((server) => close(server, graceMs)))) };

  async function listen(host: string, on: number, answer: RequestListener): Promise<Server> {
    const server = createServer({ requestTimeout: 15_000, headersTimeout: 10_000 }, answer);
    server.listen(on, host);
    try {
      await once(server, "listening");
    } catch (error) {
      throw host === "127.0.0.1" && codeOf(error) === "EADDRINUSE" ? taken(port, what, error) : error;
    }
    return server;
  }
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}

function taken(port: number, what: string, cause: unknown): StartError {
  return new StartError(
    `Port ${port}, wanted for ${what}, is taken by another program. End that program or choose other ports with PORT.`,
    { cause },
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
