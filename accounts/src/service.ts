import { AuthService } from "@animal-delivery/contracts/gen/users/v1/auth_service_pb";
import { UserService } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import { auditIn } from "@animal-delivery/platform/audit/audit-trail";
import type { DeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import type { Database } from "@animal-delivery/platform/db/database";
import { purgeExpired } from "@animal-delivery/platform/db/purge-expired";
import { relayOutbox } from "@animal-delivery/platform/outbox/relay";
import { participate } from "@animal-delivery/platform/saga/participate";
import type { Service } from "@animal-delivery/platform/service/service";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { Parts } from "./app/parts.ts";
import type { Config } from "./config.ts";
import { sagaSteps } from "./consumers/saga-steps.ts";
import type { UserDirectory } from "./directory/user-directory.ts";
import { purgeTask, sweepTask } from "./housekeeping.ts";
import type { MailSender } from "./mail/mail-sender.ts";
import { mailTask } from "./mail-task.ts";
import { observeAccounts } from "./observe-accounts.ts";
import { authService } from "./rpc/auth-service.ts";
import type { Neighbours } from "./rpc/neighbours.ts";
import { userService } from "./rpc/user-service.ts";

export interface Resources {
  readonly telemetry: Telemetry;
  /** Migrated by `MIGRATIONS`. */
  readonly db: Database;
  readonly bus: Bus;
  readonly directory: UserDirectory;
  readonly deniedSessions: Pick<DeniedSessions, "deny">;
  readonly mail: MailSender;
  readonly neighbours: Neighbours;
}

/** The accounts service: profiles, signing up, and the ways back in. */
export function createAccounts({ publicOrigin }: Pick<Config, "publicOrigin">, resources: Resources): Service {
  const { telemetry, db, bus, directory, deniedSessions, mail, neighbours } = resources;
  const observer = observeAccounts(telemetry);
  const parts: Parts = { db, directory, deniedSessions, mail, observer, log: telemetry.log };
  const steps = sagaSteps(parts);

  return {
    name: "accounts",
    routes(router) {
      router.service(AuthService, authService(parts));
      router.service(UserService, userService(parts, neighbours));
    },
    tasks: [
      relayOutbox({ db, bus, telemetry }),
      participate({ participant: "accounts", db, bus, telemetry, steps }),
      mailTask(parts, { sender: mail, publicOrigin }, telemetry),
      sweepTask(parts),
      purgeTask(parts),
      purgeExpired({ db, telemetry }),
    ],
    // The commands of sagas that fail are answered, not parked.
    operable: { audit: auditIn(db), events: { db, consumers: [] } },
    checks: [{ name: "database", check: async () => void (await db.query("ready", "select 1")) }],
  };
}
