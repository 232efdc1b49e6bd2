import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  SagaState as StateMessage,
  StepState as StepMessage,
  type SagaSchema,
  type SagaStepSchema,
} from "@animal-delivery/contracts/gen/sagas/v1/saga_service_pb";
import type { Saga, SagaState, SagaStep, StepState } from "../domain/saga.ts";

const STATES = {
  running: StateMessage.RUNNING,
  compensating: StateMessage.COMPENSATING,
  completed: StateMessage.COMPLETED,
  compensated: StateMessage.COMPENSATED,
  abandoned: StateMessage.ABANDONED,
} as const satisfies Record<SagaState, StateMessage>;

const STEP_STATES = {
  waiting: StepMessage.WAITING,
  doing: StepMessage.DOING,
  done: StepMessage.DONE,
  undoing: StepMessage.UNDOING,
  undone: StepMessage.UNDONE,
} as const satisfies Record<StepState, StepMessage>;

/** Undefined for SAGA_STATE_UNSPECIFIED. Validation let no other value through. */
export function stateOf(message: StateMessage): SagaState | undefined {
  return (Object.keys(STATES) as SagaState[]).find((state) => STATES[state] === message);
}

/** A saga; without steps where they were not read. */
export function sagaMessage(saga: Saga): MessageInitShape<typeof SagaSchema> {
  const { sagaId, kind, state, step = "", subjectId, reason, attempts, correlationId, deadlineAt } = saga;
  return {
    sagaId,
    kind,
    state: STATES[state],
    step,
    subjectId,
    reason,
    attempts,
    correlationId,
    startedAt: timestampFromDate(saga.startedAt),
    updatedAt: timestampFromDate(saga.updatedAt),
    ...(deadlineAt && { deadlineAt: timestampFromDate(deadlineAt) }),
    steps: saga.steps.map(stepMessage),
  };
}

function stepMessage(one: SagaStep): MessageInitShape<typeof SagaStepSchema> {
  const { step, participant, state, attempts, reason, startedAt, endedAt } = one;
  return {
    step,
    participant,
    state: STEP_STATES[state],
    attempts,
    reason,
    ...(startedAt && { startedAt: timestampFromDate(startedAt) }),
    ...(endedAt && { endedAt: timestampFromDate(endedAt) }),
  };
}
