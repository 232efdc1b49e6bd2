// The least that a server of this contract can do, without TLS, rules, store or log: answers SendMessage, and passes each message
// to every open stream. What the messenger costs is measured against it.
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { create } from "@bufbuild/protobuf";
import { MessageSchema, MessageService } from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { createWake } from "@animal-delivery/platform/wake";

const said: string[] = [];
const more = createWake();

const handler = connectNodeAdapter({
  routes: (router) =>
    router.service(MessageService, {
      sendMessage({ text }) {
        said.push(text);
        more.wake();
        return { message: create(MessageSchema, { text, sequence: BigInt(said.length) }) };
      },
      listMessages: () => ({}),
      async *subscribeMessages(_request, { signal }) {
        for (let next = 0; !signal.aborted;) {
          const mark = more.since();
          for (; next < said.length; next += 1) {
            const value = { text: said[next] ?? "", sequence: BigInt(next + 1) };
            yield { resumeToken: String(next + 1), event: { case: "message", value } };
          }
          await more.sleep(mark, 60_000, signal);
        }
      },
    }),
});

const server = createServer({ settings: { maxConcurrentStreams: 10_000 } }, handler);
server.listen(0, "localhost", () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`{"grpc_port":${port}}\n`);
});
process.once("SIGTERM", () => process.exit());
