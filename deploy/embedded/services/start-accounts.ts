import { EmbeddedConfig } from "@animal-delivery/accounts/config";
import { openMailSender } from "@animal-delivery/accounts/mail/open-mail-sender";
import { MIGRATIONS } from "@animal-delivery/accounts/migrations";
import { connectNeighbours } from "@animal-delivery/accounts/rpc/neighbours";
import { createAccounts } from "@animal-delivery/accounts/service";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { migrate } from "@animal-delivery/platform/db/migrate";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { environmentOf, type Surroundings } from "../surroundings.ts";
import { type Parts, type RunningPart, runBesideOthers } from "./run-beside-others.ts";

/** Starts accounts on its migrated database, with the embedded provider's directory; mails go into a folder. */
export async function startAccounts(around: Surroundings, stop: AbortSignal): Promise<RunningPart> {
  const config = loadConfig(EmbeddedConfig, environmentOf("accounts", around));
  await migrate(config.database.url, [MIGRATIONS]);
  const create = ({ telemetry, bus, tls, deniedSessions, open }: Parts) =>
    createAccounts(config, {
      telemetry,
      bus,
      db: open.use(openDatabase(config.database, telemetry)),
      directory: around.directory,
      deniedSessions,
      mail: open.use(openMailSender(config.mail)),
      neighbours: connectNeighbours(config.addresses, { tls, telemetry }),
    });
  return runBesideOthers("accounts", config, around, create, stop);
}
