import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "@bufbuild/protobuf";
import type { IdentityProvider } from "../auth/identity-provider.ts";

const FILE = fileURLToPath(import.meta.resolve("@animal-delivery/contracts/openapi/openapi.json"));

/**
 * The contract's OpenAPI document for this very gateway: its own origin as the server, and the provider's authorization code
 * flow beside the bearer token, when the provider can be asked where that is.
 */
export function createOpenApi(origin: string, provider: IdentityProvider): () => Promise<string> {
  let complete: string | undefined;
  return async () => {
    if (complete !== undefined) return complete;
    const document = JSON.parse(await readFile(FILE, "utf8")) as JsonObject;
    const endpoints = await provider.endpoints().catch(() => undefined);
    const text = JSON.stringify({
      ...document,
      servers: [{ url: origin }],
      ...(endpoints && withAuthorizationCode(document, endpoints)),
    });
    if (endpoints) complete = text;
    return text;
  };
}

function withAuthorizationCode(
  document: JsonObject,
  { authorization, token }: { authorization: string; token: string },
) {
  const components = document["components"] as JsonObject;
  const schemes = components["securitySchemes"] as JsonObject;
  const login = {
    type: "oauth2",
    description: "Signs in at the identity provider, by authorization code with PKCE.",
    flows: {
      authorizationCode: { authorizationUrl: authorization, tokenUrl: token, scopes: { openid: "who you are" } },
    },
  };
  return {
    // The page shows it first: the only way that needs no token or cookie brought along.
    components: { ...components, securitySchemes: { login, ...schemes } },
    security: [...(document["security"] as JsonObject[]), { login: ["openid"] }],
  };
}
