import { describe, expect, it } from "vitest";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { Config } from "./config.ts";

const env = {
  DATABASE_URL: "postgresql://localhost/delivery",
  BUS_DATABASE_URL: "postgresql://localhost/bus",
  TLS_CERT_FILE: "delivery.pem",
  TLS_KEY_FILE: "delivery.key",
  TLS_CA_FILE: "ca.pem",
  OIDC_ISSUER: "https://id.example",
  ORDERS_ADDRESS: "https://orders:9010",
};

describe("delivery's configuration", () => {
  it("needs addresses and certificates, and has a default for everything else", () => {
    const config = loadConfig(Config, env);

    expect(config.ordersAddress).toBe("https://orders:9010");
    expect(config.tracking).toEqual({ pollMs: 250, streamsPerCallerMax: 16 });
  });

  it("names every bad variable at once", () => {
    const bad = { ...env, ORDERS_ADDRESS: "http://orders", TRACK_POLL_MS: "0", DATABASE_URL: "mysql://x" };

    expect(() => loadConfig(Config, bad)).toThrow(/DATABASE_URL[^]*ORDERS_ADDRESS[^]*TRACK_POLL_MS/);
  });
});
