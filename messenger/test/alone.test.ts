// The program that runs alone: how it is called, how it ends, and what it keeps to itself.
import { once } from "node:events";
import { status } from "@grpc/grpc-js";
import { ensureDatabase } from "@animal-delivery/platform/db/ensure-database";
import { describe, expect, inject, it } from "vitest";
import { runToEnd, startAlone, type AloneProgram } from "./alone-program.ts";
import { grpcService, trusting, type Json } from "./grpc-client.ts";

describe("the program that runs alone", () => {
  it("explains its flags", async () => {
    const { code, output } = await runToEnd(["--help"]);

    expect(code).toBe(0);
    expect(output).toContain("--grpc-port=…  default 50052  MESSENGER_GRPC_PORT");
  });

  it("says all that is wrong with its flags, and does not start", async () => {
    const { code, output } = await runToEnd(["--grpc-port=x", "--nope", "--redis", "--postgres"]);

    expect(code).toBe(2);
    for (const problem of ["--grpc-port: must be", "--nope: there is no", "exclude each other", "--dsn is missing"]) {
      expect(output).toContain(problem);
    }
  });

  it("fails where a port is taken", async () => {
    await using first = await startAlone();

    const { code, output } = await runToEnd([`--grpc-port=${first.grpcPort}`, "--http-port=0"], { HOME: "/tmp" });

    expect(code).toBe(1);
    expect(output).toContain("EADDRINUSE");
  });

  it("leaves in order: health says so while calls are answered still, streams end, and it exits with 0", async () => {
    await using program = await startAlone({ args: ["--leave-ms=3000"] });
    const { sessions, chats, messages, health, enter } = clientsOf(program);
    const anna = await enter();
    const chatId = await newChat(chats, anna);
    const following = messages.stream("SubscribeMessages", { chatId }, anna);
    const end = once(following.resume(), "error");
    const watched: unknown[] = [];
    health
      .stream("Watch", {})
      .on("data", (answer: Json) => watched.push(answer["status"]))
      .on("error", () => undefined);
    await expect.poll(() => watched).toEqual(["SERVING"]);

    program.signal("SIGTERM");
    await program.said("messenger leaves");
    const newcomer = clientsOf(program);

    expect(await newcomer.health.call("Check", { service: "messenger.v1.ChatService" })).toEqual({
      status: "NOT_SERVING",
    });
    expect((await fetch(`http://localhost:${program.httpPort}/readyz`)).status).toBe(503);
    expect(await sessions.call("GetSession", {}, anna)).toHaveProperty("session");
    await expect.poll(() => watched).toEqual(["SERVING", "NOT_SERVING"]);
    expect(await end).toMatchObject([{ code: status.UNAVAILABLE, details: "the server shuts down" }]);
    expect(await program.ended).toBe(0);
    expect(program.output()).toContain(`"message":"messenger stopped"`);
  });

  it("never writes down a credential, a name or what was said, whatever it logs", async () => {
    await using program = await startAlone();
    const { chats, messages, sessions, enter } = clientsOf(program);
    const anna = await enter("Anna Karenina");
    const chatId = await newChat(chats, anna);
    await messages.call("SendMessage", { chatId, text: "All happy families" }, anna);
    await messages.call("ListMessages", { chatId }, anna);
    await fetch(`http://localhost:${program.httpPort}/v1/chats`, { headers: { authorization: `Session ${anna}` } });
    await sessions.call("DeleteSession", {}, anna);
    await expect(chats.call("CreateChat", {}, anna)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });

    program.signal("SIGTERM");
    await program.ended;

    expect(program.output()).toContain("rpc response");
    for (const secret of [anna, "Karenina", "happy families"]) expect(program.output()).not.toContain(secret);
  });

  it("keeps everything in PostgreSQL over a restart, and migrates its database by itself", async () => {
    const url = new URL(inject("postgresUrl"));
    url.pathname = `/messenger_alone_${process.pid}`;
    await ensureDatabase(url.href);
    const options = { args: ["--postgres"], env: { MESSENGER_DSN: url.href } };
    let session = "";
    let chatId: unknown;
    {
      await using first = await startAlone(options);
      const { chats, messages, enter } = clientsOf(first);
      session = await enter("Anna");
      chatId = await newChat(chats, session);
      await messages.call("SendMessage", { chatId, text: "Hello" }, session);
      first.signal("SIGTERM");
      expect(await first.ended).toBe(0);
    }

    await using second = await startAlone(options);

    const list = await clientsOf(second).messages.call("ListMessages", { chatId }, session);
    expect(list).toMatchObject({ messages: [{ text: "Hello", authorAlias: "Anna" }] });
  });
});

function clientsOf(program: AloneProgram) {
  const of = (name: string) => grpcService(name, `localhost:${program.grpcPort}`, trusting(program.caFile));
  const sessions = of("messenger.v1.SessionService");
  const enter = async (alias = "") => String((await sessions.call("CreateSession", { alias }))["sessionId"]);
  return {
    sessions,
    chats: of("messenger.v1.ChatService"),
    messages: of("messenger.v1.MessageService"),
    health: of("grpc.health.v1.Health"),
    enter,
  };
}

async function newChat(chats: ReturnType<typeof clientsOf>["chats"], session: string): Promise<unknown> {
  const { chat } = (await chats.call("CreateChat", {}, session)) as { chat: Json };
  return chat["chatId"];
}
