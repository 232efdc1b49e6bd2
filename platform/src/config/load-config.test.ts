import { describe, expect, it } from "vitest";
import { z } from "zod";
import { databaseEnv, durationMs, logEnv, oidcEnv, port, telemetryEnv } from "./fragments.ts";
import { ConfigError, loadConfig } from "./load-config.ts";

const Config = z.object({ ...databaseEnv, ...logEnv, ...telemetryEnv, PORT: port(8080), WAIT_MS: durationMs(50) });
const DATABASE_URL = "postgresql://localhost/orders";

describe("loadConfig", () => {
  it("fills in what is not set", () => {
    expect(loadConfig(Config, { DATABASE_URL })).toEqual({
      DATABASE_URL,
      DATABASE_POOL_SIZE: 10,
      DATABASE_STATEMENT_TIMEOUT_MS: 10_000,
      DATABASE_LOCK_TIMEOUT_MS: 5_000,
      LOG_LEVEL: "info",
      PORT: 8080,
      WAIT_MS: 50,
    });
  });

  it("takes a variable that is set to nothing as not set", () => {
    expect(loadConfig(Config, { DATABASE_URL, PORT: "", OTEL_EXPORTER_OTLP_ENDPOINT: "" })).toMatchObject({
      PORT: 8080,
    });
  });

  it("names every bad variable at once", () => {
    const load = () => loadConfig(Config, { PORT: "99999", WAIT_MS: "soon", LOG_LEVEL: "loud" });

    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/DATABASE_URL: is not set\n.*LOG_LEVEL: .*\n.*PORT: .*\n.*WAIT_MS: must be a whole number/);
  });

  it("does not repeat a value, which may be a secret", () => {
    expect(() => loadConfig(Config, { DATABASE_URL: "mysql://root:hunter2@db/x" })).toThrow(
      /DATABASE_URL: (?!.*hunter2)/,
    );
  });

  it.each([
    ["https://idp.example/realms/x", true],
    ["http://localhost:8081", true],
    ["http://127.0.0.1:8081", true],
    ["http://[::1]:8081", true],
    ["http://idp.example", false],
    ["http://localhost.evil.example", false],
    ["ftp://localhost", false],
    ["localhost", false],
  ])("decides on the issuer %s: %s", (OIDC_ISSUER, allowed) => {
    const load = () => loadConfig(z.object(oidcEnv), { OIDC_ISSUER });

    if (allowed) expect(load()).toMatchObject({ OIDC_ISSUER });
    else expect(load).toThrow(ConfigError);
  });
});
