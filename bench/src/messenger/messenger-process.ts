import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Health } from "@animal-delivery/contracts/gen/grpc/health/v1/health_pb";
import { ChatService } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import { MessageService } from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import { SessionService } from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import type { DescService } from "@bufbuild/protobuf";
import { createClient, type Client, type Interceptor, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));

/** A server of the messenger's contract in a process of its own, over TLS. */
export interface MessengerProcess extends AsyncDisposable {
  readonly pid: number;
  /** Somebody with a session of their own, on a connection of their own. */
  join(): Promise<Voice>;
}

/** What somebody may call. */
export interface Voice {
  readonly health: Client<typeof Health>;
  readonly chats: Client<typeof ChatService>;
  readonly messages: Client<typeof MessageService>;
}

/** The messenger alone, its store in memory, without limits that a measurement would run into. */
export async function startMessengerAlone(): Promise<MessengerProcess> {
  const folder = await mkdtemp(join(tmpdir(), "messenger-bench-"));
  const limits = ["--max-chat-size=10000", "--max-chats=10000", "--max-streams=10000"];
  const where = ["--grpc-port=0", "--http-port=0", `--tls-folder=${folder}`, "--leave-ms=0"];
  const child = start("messenger/src/main.ts", [...limits, ...where, "--log-level=info"]);
  const port = await portOf(child);
  const caFile = join(folder, "ca.pem");
  return {
    pid: child.pid ?? 0,
    async join() {
      const ca = await readFile(caFile);
      const { sessionId } = await createClient(SessionService, transportTo(port, ca)).createSession({});
      return voiceOn(transportTo(port, ca, `Session ${sessionId}`));
    },
    async [Symbol.asyncDispose]() {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The least that such a server can do: `bare-messenger.ts`. */
export async function startBareMessenger(): Promise<MessengerProcess> {
  const child = start("bench/src/messenger/bare-messenger.ts", []);
  const port = await portOf(child);
  return {
    pid: child.pid ?? 0,
    join: async () => voiceOn(transportTo(port)),
    [Symbol.asyncDispose]: () => end(child),
  };
}

function voiceOn(transport: Transport): Voice {
  const as = <S extends DescService>(service: S) => createClient(service, transport);
  return { health: as(Health), chats: as(ChatService), messages: as(MessageService) };
}

function transportTo(port: number, ca?: Buffer, authorization?: string): Transport {
  const withSession: Interceptor = (next) => (request) => {
    if (authorization !== undefined) request.header.set("authorization", authorization);
    return next(request);
  };
  const scheme = ca ? "https" : "http";
  return createGrpcTransport({
    baseUrl: `${scheme}://localhost:${port}`,
    interceptors: [withSession],
    nodeOptions: { peerMaxConcurrentStreams: 10_000, ...(ca && { ca }) },
  });
}

function start(program: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(REPOSITORY, program), ...args], { stdio: ["ignore", "pipe", "inherit"] });
}

/** The port of the line in which a server says that it has started; what it says later is read and dropped. */
async function portOf(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error("the server has no output");
  for await (const line of createInterface({ input: child.stdout })) {
    const [, port] = /"grpc_port":(\d+)/.exec(line) ?? [];
    if (port === undefined) continue;
    child.stdout.resume();
    return Number(port);
  }
  throw new Error("the server ended before it had started");
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
