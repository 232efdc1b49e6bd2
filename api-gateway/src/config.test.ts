import { describe, expect, it } from "vitest";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { Config } from "./config.ts";

const LEAST = { OIDC_ISSUER: "http://localhost:8081", TLS_CERT_FILE: "c", TLS_KEY_FILE: "k", TLS_CA_FILE: "a" };

describe("the gateway's environment", () => {
  it("needs little", () => {
    expect(loadConfig(Config, LEAST)).toMatchObject({
      origin: "http://localhost:8080",
      http: { host: "localhost", port: 8080, https: undefined },
      corsOrigins: [],
      trustedProxies: 0,
    });
  });

  it.each([
    [{ HOST: "0.0.0.0" }, "HOST: plain HTTP is for loopback"],
    [{ HTTPS_CERT_FILE: "c" }, "go together"],
    [{ CORS_ORIGINS: "https://a.example/path" }, "CORS_ORIGINS"],
    [{ CORS_ORIGINS: "*" }, "CORS_ORIGINS"],
    [{ OIDC_ISSUER: "http://id.example" }, "OIDC_ISSUER"],
    [{ PUBLIC_ORIGIN: "http://api.example" }, "PUBLIC_ORIGIN"],
    [{ PORT: "x", BODY_BYTES_MAX: "0" }, "BODY_BYTES_MAX"],
  ])("refuses %j", (env, message) => {
    expect(() => loadConfig(Config, { ...LEAST, ...env })).toThrow(message);
  });

  it.each([
    { HOST: "0.0.0.0", TLS_TERMINATED: "true" },
    { HOST: "0.0.0.0", HTTPS_CERT_FILE: "c", HTTPS_KEY_FILE: "k" },
    { HOST: "::1" },
  ])("lets %j be served", (env) => {
    expect(loadConfig(Config, { ...LEAST, ...env }).http.host).toBe(env.HOST);
  });
});
