// The control of the gateway's measurement: the least that node:http does for a JSON answer of the same size.
//   node bench/src/bare-server.ts BODY_BYTES     prints its port
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const body = JSON.stringify({ text: "x".repeat(Math.max(0, Number(process.argv[2]) - 11)) });
const server = createServer((_request, response) => {
  response.setHeader("content-type", "application/json");
  response.end(body);
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
process.once("SIGTERM", () => process.exit(0));
process.once("disconnect", () => process.exit(0));
