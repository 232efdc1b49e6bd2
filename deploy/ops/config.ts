import { join } from "node:path";
import { safeUrl, serviceAddress, wholeNumber } from "@animal-delivery/platform/config/fragments";
import { certificateFiles } from "@animal-delivery/platform/tls/development-ca";
import { z } from "zod";
import { PORT_DEFAULT } from "../embedded/ports.ts";

/** Each service, and how far its port lies from the gateway's in a platform on one machine. */
const PORT_OFFSETS = {
  orders: 10,
  delivery: 11,
  logging: 12,
  accounts: 13,
  notes: 14,
  sagas: 15,
  messenger: 16,
} as const;

export type ServiceName = keyof typeof PORT_OFFSETS;

export const SERVICE_NAMES = Object.keys(PORT_OFFSETS) as readonly ServiceName[];

/** Everything that the operators' tool reads from its environment. */
export const Config = z
  .object({
    PORT: wholeNumber().min(1).max(65_520).default(PORT_DEFAULT),
    DATA_DIR: z.string().default(".data"),
    GATEWAY_URL: safeUrl.optional(),
    ORDERS_ADDRESS: serviceAddress.optional(),
    DELIVERY_ADDRESS: serviceAddress.optional(),
    LOGGING_ADDRESS: serviceAddress.optional(),
    ACCOUNTS_ADDRESS: serviceAddress.optional(),
    NOTES_ADDRESS: serviceAddress.optional(),
    SAGAS_ADDRESS: serviceAddress.optional(),
    MESSENGER_ADDRESS: serviceAddress.optional(),
    TLS_CERT_FILE: z.string().optional(),
    TLS_KEY_FILE: z.string().optional(),
    TLS_CA_FILE: z.string().optional(),
    OPS_TOKEN: z.string().optional(),
    OPS_PASSWORD: z.string().optional(),
  })
  .transform((env) => {
    const certificates = join(env.DATA_DIR, "certificates");
    const own = certificateFiles(certificates, "ops");
    const addresses = SERVICE_NAMES.map((name): [ServiceName, string] => {
      const given = env[`${name.toUpperCase() as Uppercase<ServiceName>}_ADDRESS`];
      return [name, given ?? `https://127.0.0.1:${env.PORT + PORT_OFFSETS[name]}`];
    });
    return {
      addresses: new Map(addresses),
      gatewayUrl: new URL(env.GATEWAY_URL ?? `http://localhost:${env.PORT}`).origin,
      /** Where a development authority may be that signs the tool's certificate; undefined when it has one of its own. */
      authority: env.TLS_CERT_FILE === undefined ? certificates : undefined,
      tls: {
        certFile: env.TLS_CERT_FILE ?? own.certFile,
        keyFile: env.TLS_KEY_FILE ?? own.keyFile,
        caFile: env.TLS_CA_FILE ?? own.caFile,
      },
      token: env.OPS_TOKEN,
      password: env.OPS_PASSWORD,
    };
  });

export type Config = z.output<typeof Config>;
