import { ConfigError, loadConfig } from "@animal-delivery/platform/config/load-config";
import { describe, expect, it } from "vitest";
import { Config } from "./config.ts";

const REQUIRED = {
  DATABASE_URL: "postgresql://localhost/accounts",
  BUS_DATABASE_URL: "postgresql://localhost/bus",
  OIDC_ISSUER: "https://issuer.example",
  KEYCLOAK_ADMIN_URL: "https://id.example/admin/realms/animals",
  ACCOUNTS_CLIENT_SECRET: "secret",
  TLS_CERT_FILE: "cert.pem",
  TLS_KEY_FILE: "key.pem",
  TLS_CA_FILE: "ca.pem",
};

describe("Config", () => {
  it("lays mails into a folder unless there is a server, and leads to the gateway of this machine", () => {
    expect(loadConfig(Config, REQUIRED)).toMatchObject({
      rpc: { port: 9013 },
      ops: { port: 9024 },
      publicOrigin: "http://localhost:8080",
      mail: {
        smtpUrl: undefined,
        folder: ".data/mail",
        from: "Animal Delivery <no-reply@animal-delivery.example>",
        replyTo: "Animal Delivery <help@animal-delivery.example>",
      },
      addresses: { notes: "https://127.0.0.1:9014", messenger: "https://127.0.0.1:9016" },
    });
  });

  it.each([
    ["SMTP_URL", "https://mail.example"],
    ["MAIL_FROM", "nobody"],
    ["MAIL_FROM", "Animals\r\nBcc: x@example.com"],
    ["MAIL_REPLY_TO", "nobody"],
    ["PUBLIC_ORIGIN", "http://animals.example"],
    ["NOTES_ADDRESS", "http://127.0.0.1:9014"],
    ["MESSENGER_ADDRESS", "http://127.0.0.1:9016"],
  ])("refuses %s=%j", (name, value) => {
    expect(() => loadConfig(Config, { ...REQUIRED, [name]: value })).toThrow(ConfigError);
  });
});
