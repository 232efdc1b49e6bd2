import { NoteService } from "@animal-delivery/contracts/gen/notes/v1/note_service_pb";
import { auditIn } from "@animal-delivery/platform/audit/audit-trail";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import type { Database } from "@animal-delivery/platform/db/database";
import { purgeExpired } from "@animal-delivery/platform/db/purge-expired";
import { relayOutbox } from "@animal-delivery/platform/outbox/relay";
import { participate } from "@animal-delivery/platform/saga/participate";
import type { Service } from "@animal-delivery/platform/service/service";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { Config } from "./config.ts";
import { sagaSteps } from "./consumers/saga-steps.ts";
import { noteService } from "./note-service.ts";
import { observeNotes } from "./observe-notes.ts";
import { purgeTask } from "./purge-task.ts";

export interface Resources {
  readonly telemetry: Telemetry;
  /** Migrated by `MIGRATIONS`. */
  readonly db: Database;
  readonly bus: Bus;
}

/** The notes service: what people write for themselves. */
export function createNotes(config: Pick<Config, "binRetentionMs">, { telemetry, db, bus }: Resources): Service {
  const { binRetentionMs } = config;
  const observer = observeNotes(telemetry);

  return {
    name: "notes",
    routes(router) {
      router.service(NoteService, noteService(db, observer, binRetentionMs));
    },
    tasks: [
      relayOutbox({ db, bus, telemetry }),
      participate({ participant: "notes", db, bus, telemetry, steps: sagaSteps(observer) }),
      purgeExpired({ db, telemetry }),
      purgeTask(db, observer, binRetentionMs, telemetry.log),
    ],
    operable: { audit: auditIn(db), events: { db, consumers: [] } },
    checks: [{ name: "database", check: async () => void (await db.query("ready", "select 1")) }],
  };
}
