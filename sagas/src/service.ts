import { SagaService } from "@animal-delivery/contracts/gen/sagas/v1/saga_service_pb";
import { auditIn } from "@animal-delivery/platform/audit/audit-trail";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import type { Database } from "@animal-delivery/platform/db/database";
import { purgeExpired } from "@animal-delivery/platform/db/purge-expired";
import { consumeEvents } from "@animal-delivery/platform/inbox/consume-events";
import { deadLetterFailures } from "@animal-delivery/platform/inbox/failure-policy";
import { relayOutbox } from "@animal-delivery/platform/outbox/relay";
import { meantFor, ORCHESTRATOR, SAGA_COMMANDS, SAGA_REPLIES } from "@animal-delivery/platform/saga/saga-records";
import type { Service } from "@animal-delivery/platform/service/service";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { createAlarm } from "./alarm.ts";
import type { Conductor } from "./app/conductor.ts";
import type { Config } from "./config.ts";
import { sagaStartHandlers } from "./consumers/saga-starts.ts";
import { stepReplyHandlers } from "./consumers/step-replies.ts";
import { DEFINITIONS } from "./definitions/all.ts";
import { sagasOf } from "./definitions/define.ts";
import { observeSagas } from "./observe-sagas.ts";
import { purgeSagas } from "./purge-sagas.ts";
import { sagaService } from "./rpc/saga-service.ts";
import { sagaTimer } from "./timer.ts";

export interface Resources {
  readonly telemetry: Telemetry;
  /** Migrated by `MIGRATIONS`. */
  readonly db: Database;
  readonly bus: Bus;
}

/** The orchestrator: begins sagas as other services wish, and sees each one to its end. */
export function createSagas({ pace }: Pick<Config, "pace">, { telemetry, db, bus }: Resources): Service {
  const { log } = telemetry;
  const sagas = sagasOf(DEFINITIONS, pace);
  const observer = observeSagas(telemetry, db, [...sagas.keys()]);
  const conductor: Conductor = { sagas, observer, alarm: createAlarm() };
  const consuming = { db, bus, telemetry };
  const starts = sagaStartHandlers(conductor);

  return {
    name: "sagas",
    routes(router) {
      router.service(SagaService, sagaService(db, conductor));
    },
    tasks: [
      relayOutbox({ db, bus, telemetry }),
      // A wish that fails is parked: nobody wishes again, and whoever it is about would wait for ever.
      consumeEvents({
        ...consuming,
        consumer: "sagas",
        topics: [SAGA_COMMANDS],
        accepts: meantFor(ORCHESTRATOR),
        handlers: starts,
      }),
      // A group of its own: the versions of its events are the numbers of commands. A reply that is lost is asked for again.
      consumeEvents({
        ...consuming,
        consumer: "sagas.replies",
        topics: [SAGA_REPLIES],
        handlers: stepReplyHandlers(conductor, log),
        failures: deadLetterFailures(telemetry),
      }),
      sagaTimer(db, conductor, log),
      purgeExpired({ db, telemetry }),
      purgeSagas(db, log),
    ],
    operable: { audit: auditIn(db), events: { db, consumers: [{ consumer: "sagas", handlers: starts }] } },
    checks: [{ name: "database", check: async () => void (await db.query("ready", "select 1")) }],
  };
}
