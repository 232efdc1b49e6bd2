import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { endpointsOf } from "./endpoints.ts";

it("endpoints are asked where the document is read, whichever address the document names", async () => {
  const issuer = "https://id.example/realms/x";
  await using server = createServer((_request, response) => {
    const document = {
      issuer,
      jwks_uri: `${inner}/certs`,
      token_endpoint: `${inner}/token`,
      revocation_endpoint: `${issuer}/revoke`,
    };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const inner = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realms/x`;
  const discoveryUrl = `${inner}/.well-known/openid-configuration`;

  const endpoints = await endpointsOf({ issuer, discoveryUrl })();

  expect(endpoints).toEqual({ token_endpoint: `${inner}/token`, revocation_endpoint: `${inner}/revoke` });
});
