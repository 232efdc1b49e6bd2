import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { JobSchema, OperationsService } from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import type { ServiceImpl } from "@connectrpc/connect";
import type { Access } from "../access/access.ts";
import { causeOf } from "../inbox/cause-of.ts";
import { grantOf } from "../rpc/grant.ts";
import { mutate } from "../rpc/mutate.ts";
import type { TaskBoard, TaskState } from "../service/task-board.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { findConsumers } from "./find-consumers.ts";
import { outboxMessage } from "./get-outbox.ts";
import { parkedPage } from "./list-parked.ts";
import { createLogLevelFor } from "./log-level-for.ts";
import { levelMessage, levelOf } from "./log-levels.ts";
import type { Operable, OperableEvents } from "./operable.ts";
import { retryOutboxRow, skipOutboxRow } from "./outbox-rows.ts";
import { nothingToPark, policyUnreadable } from "./refusals.ts";
import { replay } from "./replay.ts";
import { skipParked } from "./skip-parked.ts";

export interface OperationsOptions extends Operable {
  /** The service's name. */
  readonly name: string;
  readonly telemetry: Telemetry;
  readonly access: Pick<Access, "reload">;
  readonly board: Pick<TaskBoard, "list">;
}

/** What operators see and do in one service; `runService` mounts it for each that is `operable`. */
export function operationsService(options: OperationsOptions): ServiceImpl<typeof OperationsService> {
  const { name, telemetry, access, board, audit } = options;
  const setLevelFor = createLogLevelFor(telemetry.log);
  const events = (): OperableEvents => {
    if (!options.events) throw nothingToPark();
    return options.events;
  };
  return {
    getOutbox: () => outboxMessage(events()),
    listParked: (request) => parkedPage(events(), request),
    replayParked: (request, context) => {
      const { actor } = grantOf(context).caller;
      const { signal } = context;
      return replay(events(), request, { actor, telemetry, signal, timeoutMs: () => context.timeoutMs() });
    },
    skipParked: (request, context) => {
      findConsumers(events(), request.consumer);
      return mutate(events().db, context, request, (tx, { caller }) => skipParked(tx, caller.actor, request));
    },
    retryOutboxRow: (request, context) =>
      mutate(events().db, context, request, async (tx, { caller }) => {
        return { released: BigInt(await retryOutboxRow(tx, caller.actor, request.eventId)) };
      }),
    skipOutboxRow: (request, context) =>
      mutate(events().db, context, request, async (tx, { caller }) => {
        return { released: BigInt(await skipOutboxRow(tx, caller.actor, request.eventId, request.reason)) };
      }),
    async setLogLevel({ level: message, minutes }, context) {
      const level = levelOf(message);
      const { actor } = grantOf(context).caller;
      const before = { level: telemetry.log.level() };
      const after = { level, minutes: String(minutes) };
      await audit({ actor, action: "set", resource: "log_level", resourceId: name, before, after });
      const set = setLevelFor(level, minutes);
      return { before: levelMessage(set.before), until: timestampFromDate(set.until) };
    },
    async reloadPolicy(_, context) {
      await audit({ actor: grantOf(context).caller.actor, action: "reload", resource: "policy", resourceId: name });
      await access.reload().catch((error: unknown) => {
        telemetry.log.error("the policy cannot be used, the old one holds", { error });
        throw policyUnreadable(error);
      });
      telemetry.log.info("policy read again");
      return {};
    },
    listJobs: () => ({ jobs: board.list().map(jobMessage) }),
  };
}

function jobMessage({ name, isRunning, restarts, lastFailure }: TaskState): MessageInitShape<typeof JobSchema> {
  return {
    name,
    running: isRunning,
    restarts: BigInt(restarts),
    ...(lastFailure && { lastError: causeOf(lastFailure.error), lastErrorAt: timestampFromDate(lastFailure.at) }),
  };
}
