import { z } from "zod";
import { oneBus } from "@animal-delivery/platform/config/bus-config";
import { databaseEnv, opsPort, rpcPort, safeUrl, serviceAddress } from "@animal-delivery/platform/config/fragments";
import { databaseOptions } from "@animal-delivery/platform/config/options";
import { serviceEnv, serviceOptions } from "@animal-delivery/platform/config/service-config";
import { keycloakEnv, keycloakOptions } from "./directory/keycloak/keycloak-config.ts";

/** Everything accounts reads from its environment. */
export const Config = z
  .object({
    ...serviceEnv,
    ...databaseEnv,
    RPC_PORT: rpcPort(9013),
    OPS_PORT: opsPort(9024),
    ...keycloakEnv,
    ORDERS_ADDRESS: serviceAddress.default("https://127.0.0.1:9010").describe("Where orders answers RPCs."),
    DELIVERY_ADDRESS: serviceAddress.default("https://127.0.0.1:9011").describe("Where delivery answers RPCs."),
    NOTES_ADDRESS: serviceAddress.default("https://127.0.0.1:9014").describe("Where notes answers RPCs."),
    PUBLIC_ORIGIN: safeUrl
      .default("http://localhost:8080")
      .describe("Where the links of mails lead: its pages /reset-password and /verify-email get the token behind #."),
    SMTP_URL: z
      .url({ protocol: /^smtps?$/, error: "must be an smtp:// or smtps:// URL" })
      .optional()
      .describe(
        "The server that sends mails, smtp://user:password@host:587; without one they are laid into MAIL_FOLDER.",
      ),
    MAIL_FOLDER: z.string().default(".data/mail").describe("Where mails are laid when there is no SMTP_URL."),
    MAIL_FROM: z
      .string()
      .regex(/^[^\r\n]*[^\s@]+@[^\s@]+$/, "must be an address, or a name with one in <>")
      .default("Animal Delivery <no-reply@animal-delivery.example>")
      .describe("Who writes the mails."),
  })
  .check(oneBus())
  .transform((env) => ({
    ...serviceOptions(env),
    database: databaseOptions(env),
    keycloak: keycloakOptions(env),
    /** Where the neighbours answer RPCs. */
    addresses: { orders: env.ORDERS_ADDRESS, delivery: env.DELIVERY_ADDRESS, notes: env.NOTES_ADDRESS },
    /** Where the links of mails lead. */
    publicOrigin: new URL(env.PUBLIC_ORIGIN).origin,
    mail: { smtpUrl: env.SMTP_URL, folder: env.MAIL_FOLDER, from: env.MAIL_FROM },
  }));

export type Config = z.output<typeof Config>;
