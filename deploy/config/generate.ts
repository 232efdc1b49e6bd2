import { Config as Accounts } from "@animal-delivery/accounts/config";
import { Config as ApiGateway } from "@animal-delivery/api-gateway/config";
import { Config as Delivery } from "@animal-delivery/delivery/config";
import { Config as Logging } from "@animal-delivery/logging/config";
import { Config as Messenger } from "@animal-delivery/messenger/config";
import { Config as Notes } from "@animal-delivery/notes/config";
import { Config as Orders } from "@animal-delivery/orders/config";
import { variablesOf } from "@animal-delivery/platform/config/variables-of";
import { Config as Sagas } from "@animal-delivery/sagas/config";
import { z } from "zod";

const SERVICES: Record<string, z.ZodType> = {
  accounts: Accounts,
  "api-gateway": ApiGateway,
  delivery: Delivery,
  logging: Logging,
  messenger: Messenger,
  notes: Notes,
  orders: Orders,
  sagas: Sagas,
};

/** `config.example.env` of each service, by path: what it reads, what for, and the defaults, out of its schema. */
export function configExampleFiles(): [path: string, text: string][] {
  return Object.entries(SERVICES).map(([service, schema]) => [
    `../${service}/config.example.env`,
    exampleOf(service, schema),
  ]);
}

function exampleOf(service: string, schema: z.ZodType): string {
  const head = `# Everything that ${service} reads, with its defaults. Made from its schema by \`npm run generate\`.
# A copy may serve as a base under the environment, CONFIG_FILE=path/to/copy.env. Any variable X may be given as X_FILE, the
# name of a file that holds its value.`;
  const variables = Object.entries(variablesOf(schema)).map(([name, type]) => variable(name, type));
  if (variables.length === 0) throw new Error(`${service} has no schema of an environment`);
  return `${[head, ...variables].join("\n\n")}\n`;
}

function variable(name: string, type: z.ZodType): string {
  if (type.description === undefined) throw new Error(`${name} does not say what it is for: add .describe()`);
  if (type instanceof z.ZodDefault) return `# ${type.description}\n#${name}=${String(type.parse(undefined))}`;
  if (type.safeParse(undefined).success) return `# ${type.description}\n#${name}=`;
  return `# Required. ${type.description}\n${name}=`;
}
