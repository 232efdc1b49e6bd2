// The program that runs alone, called by clients that know no more than the proto files.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { credentials, status } from "@grpc/grpc-js";
import { testCertificates } from "@animal-delivery/platform/testing/certificates";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAlone, type AloneProgram } from "./alone-program.ts";
import { grpcService, trusting, type Json } from "./grpc-client.ts";

const BUF = fileURLToPath(new URL("../../contracts/node_modules/.bin/buf", import.meta.url));

let program: AloneProgram;
beforeAll(async () => {
  program = await startAlone();
});
afterAll(() => program[Symbol.asyncDispose]());

describe("a client of grpc-js", () => {
  it("talks in a chat, and hears what is said", async () => {
    const { sessions, chats, messages } = services();
    const { sessionId: anna } = (await sessions.call("CreateSession", { alias: "Anna" })) as { sessionId: string };
    const { sessionId: ben } = (await sessions.call("CreateSession", {})) as { sessionId: string };
    const { chat } = (await chats.call("CreateChat", { title: "Ferrets" }, anna)) as { chat: Json };
    const { chatId } = chat;
    await messages.call("SendMessage", { chatId, text: "one" }, anna);

    const stream = messages.stream("SubscribeMessages", { chatId }, ben);
    const heard: Json[] = [];
    for await (const event of stream as AsyncIterable<{ message: Json }>) {
      heard.push(event.message);
      if (heard.length === 1) await messages.call("SendMessage", { chatId, text: "two" }, ben);
      if (heard.length === 2) break;
    }

    expect(heard).toMatchObject([
      { sequence: "1", text: "one", authorAlias: "Anna", kind: "MESSAGE_KIND_TEXT" },
      { sequence: "2", text: "two", authorAlias: "Аноним #1" },
    ]);
  });

  it.each(["127.0.0.1", "[::1]", "localhost"])("is answered at %s", async (host) => {
    using sessions = grpcService(
      "messenger.v1.SessionService",
      `${host}:${program.grpcPort}`,
      trusting(program.caFile),
    );

    expect(await sessions.call("CreateSession", {})).toHaveProperty("sessionId");
  });

  it("needs a session, and is told why", async () => {
    const { chats } = services();

    await expect(chats.call("CreateChat", {})).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
      details: "this operation needs a session",
    });
  });

  it("is told which rule of the contract it broke", async () => {
    const { sessions } = services();

    await expect(sessions.call("CreateSession", { alias: "  " })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
  });

  it("is not answered without TLS", async () => {
    using sessions = grpcService(
      "messenger.v1.SessionService",
      `127.0.0.1:${program.grpcPort}`,
      credentials.createInsecure(),
    );

    await expect(sessions.call("CreateSession", {})).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });
});

describe("buf curl", () => {
  it("finds services by reflection, and calls them", async () => {
    const url = `https://localhost:${program.grpcPort}`;
    const tls = ["--protocol=grpc", `--cacert=${program.caFile}`];

    const listed = await buf("curl", ...tls, "--list-services", url);
    const made = await buf(
      "curl",
      ...tls,
      `--data={"alias":"Anna"}`,
      `${url}/messenger.v1.SessionService/CreateSession`,
    );

    expect(listed.split("\n")).toEqual(
      expect.arrayContaining([
        "grpc.health.v1.Health",
        "messenger.v1.ChatService",
        "messenger.v1.MessageService",
        "messenger.v1.SessionService",
      ]),
    );
    expect(JSON.parse(made)).toMatchObject({ session: { alias: "Anna" }, sessionId: expect.any(String) });
  });
});

describe("with an authority for callers", () => {
  it("answers those alone who show a certificate of it, over gRPC and over HTTP", async () => {
    await using certificates = await testCertificates(["server", "caller"]);
    const server = certificates.filesOf("server");
    await using program = await startAlone({
      args: [`--tls-cert=${server.certFile}`, `--tls-key=${server.keyFile}`, `--tls-client-ca=${server.caFile}`],
    });
    const address = `127.0.0.1:${program.grpcPort}`;
    const name = "messenger.v1.SessionService";
    using known = grpcService(name, address, trusting(server.caFile, certificates.filesOf("caller")));
    using unknown = grpcService(name, address, trusting(server.caFile));

    expect(await known.call("CreateSession", {})).toHaveProperty("sessionId");
    await expect(unknown.call("CreateSession", {})).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await expect(fetch(`http://127.0.0.1:${program.httpPort}/healthz`)).rejects.toThrow("fetch failed");
  });
});

function services() {
  const of = (name: string) =>
    grpcService(`messenger.v1.${name}`, `localhost:${program.grpcPort}`, trusting(program.caFile));
  return { sessions: of("SessionService"), chats: of("ChatService"), messages: of("MessageService") };
}

async function buf(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(BUF, args, { env: { HOME: "/nonexistent", PATH: process.env["PATH"] } });
  return stdout.trim();
}
