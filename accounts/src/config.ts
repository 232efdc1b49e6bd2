import { z } from "zod";
import { oneBus } from "@animal-delivery/platform/config/bus-config";
import { databaseEnv, opsPort, rpcPort, safeUrl, serviceAddress } from "@animal-delivery/platform/config/fragments";
import { databaseOptions } from "@animal-delivery/platform/config/options";
import { serviceEnv, serviceOptions } from "@animal-delivery/platform/config/service-config";
import { keycloakEnv, keycloakOptions } from "./directory/keycloak/keycloak-config.ts";

/** What it reads whatever keeps its users. */
const MAILBOX = /^[^\r\n]*[^\s@]+@[^\s@]+$/;

const env = {
  ...serviceEnv,
  ...databaseEnv,
  RPC_PORT: rpcPort(9013),
  OPS_PORT: opsPort(9024),
  ORDERS_ADDRESS: serviceAddress.default("https://127.0.0.1:9010").describe("Where orders answers RPCs."),
  DELIVERY_ADDRESS: serviceAddress.default("https://127.0.0.1:9011").describe("Where delivery answers RPCs."),
  NOTES_ADDRESS: serviceAddress.default("https://127.0.0.1:9014").describe("Where notes answers RPCs."),
  MESSENGER_ADDRESS: serviceAddress.default("https://127.0.0.1:9016").describe("Where the messenger answers RPCs."),
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
    .regex(MAILBOX, "must be an address, or a name with one in <>")
    .default("Animal Delivery <no-reply@animal-delivery.example>")
    .describe("Who writes the mails."),
  MAIL_REPLY_TO: z
    .string()
    .regex(MAILBOX, "must be an address, or a name with one in <>")
    .default("Animal Delivery <help@animal-delivery.example>")
    .describe("Who reads the answers: mails ask for one from whoever did not change what was changed."),
};

function options(read: z.output<z.ZodObject<typeof env>>) {
  return {
    ...serviceOptions(read),
    database: databaseOptions(read),
    /** Where the neighbours answer RPCs. */
    addresses: {
      orders: read.ORDERS_ADDRESS,
      delivery: read.DELIVERY_ADDRESS,
      notes: read.NOTES_ADDRESS,
      messenger: read.MESSENGER_ADDRESS,
    },
    /** Where the links of mails lead. */
    publicOrigin: new URL(read.PUBLIC_ORIGIN).origin,
    mail: { smtpUrl: read.SMTP_URL, folder: read.MAIL_FOLDER, from: read.MAIL_FROM, replyTo: read.MAIL_REPLY_TO },
  };
}

/** Everything accounts reads from its environment. */
export const Config = z
  .object({ ...env, ...keycloakEnv })
  .check(oneBus())
  .transform((read) => ({ ...options(read), keycloak: keycloakOptions(read) }));

export type Config = z.output<typeof Config>;

/** The same where the users are kept by a provider in this process. */
export const EmbeddedConfig = z.object(env).check(oneBus()).transform(options);
