import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { databaseEnv, durationMs, logEnv, oidcEnv, port, telemetryEnv } from "./fragments.ts";
import { ConfigError, loadConfig } from "./load-config.ts";

const Config = z.object({ ...databaseEnv, ...logEnv, ...telemetryEnv, PORT: port(8080), WAIT_MS: durationMs(50) });
const DATABASE_URL = "postgresql://localhost/orders";

const folder = mkdtempSync(join(tmpdir(), "load-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string): string {
  const path = join(folder, crypto.randomUUID());
  writeFileSync(path, content);
  return path;
}

describe("loadConfig", () => {
  it("fills in what is not set", () => {
    expect(loadConfig(Config, { DATABASE_URL })).toMatchObject({
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

describe("a secret in a file", () => {
  it("is the variable's value, without the line end", () => {
    expect(loadConfig(Config, { DATABASE_URL_FILE: file(`${DATABASE_URL}\n`) })).toMatchObject({ DATABASE_URL });
  });

  it("does not go with the variable itself", () => {
    const load = () => loadConfig(Config, { DATABASE_URL, DATABASE_URL_FILE: file(DATABASE_URL) });

    expect(load).toThrow(/DATABASE_URL_FILE: set either this or DATABASE_URL/);
  });

  it("is named when it cannot be read, with everything else that is wrong", () => {
    const load = () => loadConfig(Config, { DATABASE_URL_FILE: join(folder, "nowhere"), PORT: "x" });

    expect(load).toThrow(/DATABASE_URL_FILE: .*nowhere cannot be read[^]*PORT: /);
  });

  it("is not made of a variable that names a file by itself", () => {
    const WithFile = z.object({ CA_FILE: z.string(), CA: z.string().optional() });

    expect(loadConfig(WithFile, { CA_FILE: "ca.pem" })).toEqual({ CA_FILE: "ca.pem" });
  });
});

describe("a base file", () => {
  const PORT_9000 = "# where we answer\nPORT=9000\nLOG_LEVEL=debug\n";

  it("gives what the environment does not", () => {
    const env = { CONFIG_FILE: file(PORT_9000), DATABASE_URL, LOG_LEVEL: "warn" };

    expect(loadConfig(Config, env)).toMatchObject({ PORT: 9000, LOG_LEVEL: "warn", DATABASE_URL });
  });

  it("yields to the environment in either spelling", () => {
    const other = "postgresql://localhost/other";
    const base = file(`DATABASE_URL=${other}\n`);

    const byFile = loadConfig(Config, { CONFIG_FILE: base, DATABASE_URL_FILE: file(DATABASE_URL) });
    const byValue = loadConfig(Config, { CONFIG_FILE: file("DATABASE_URL_FILE=/nowhere\n"), DATABASE_URL });

    expect([byFile.DATABASE_URL, byValue.DATABASE_URL]).toEqual([DATABASE_URL, DATABASE_URL]);
  });

  it("works through a schema that makes something else of the variables", () => {
    const Port = Config.transform(({ PORT }) => PORT);

    expect(loadConfig(Port, { CONFIG_FILE: file(PORT_9000), DATABASE_URL })).toBe(9000);
  });

  it("is refused when it names what nobody reads, or is not there", () => {
    expect(() => loadConfig(Config, { CONFIG_FILE: file("PROT=9000\n"), DATABASE_URL })).toThrow(/not read here: PROT/);
    expect(() => loadConfig(Config, { CONFIG_FILE: "/nowhere", DATABASE_URL })).toThrow(ConfigError);
  });
});
