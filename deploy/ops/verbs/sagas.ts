import { create, toJson } from "@bufbuild/protobuf";
import {
  ListSagasResponseSchema,
  SagaSchema,
  SagaState,
  SagaStateSchema,
  StepStateSchema,
  type Saga,
} from "@animal-delivery/contracts/gen/sagas/v1/saga_service_pb";
import { numberOf, oneOf, requiredText, textOf } from "../arguments.ts";
import { ago, at, nameIn, table } from "../table.ts";
import type { Answer, Call, Verb } from "../verb.ts";

const PAGE_MAX = 200;
const ONE_ID = { min: 1, max: 1 };
const STATES = {
  running: SagaState.RUNNING,
  compensating: SagaState.COMPENSATING,
  completed: SagaState.COMPLETED,
  compensated: SagaState.COMPENSATED,
  abandoned: SagaState.ABANDONED,
} as const;

export const sagaVerbs: readonly Verb[] = [
  { name: "sagas list", options: ["kind", "state", "limit"], words: { min: 0, max: 0 }, run: list },
  {
    name: "sagas show",
    words: ONE_ID,
    run: async ({ services, as, words }) => shown((await services.sagas().getSaga(idOf(words), as)).saga),
  },
  {
    name: "sagas retry",
    words: ONE_ID,
    run: async ({ services, as, words }) => shown((await services.sagas().retrySaga(idOf(words), as)).saga),
  },
  {
    name: "sagas abandon",
    options: ["reason"],
    words: ONE_ID,
    async run({ services, as, ...given }) {
      const request = { ...idOf(given.words), reason: requiredText(given, "reason") };
      return shown((await services.sagas().abandonSaga(request, as)).saga);
    },
  },
];

async function list({ services, as, ...given }: Call): Promise<Answer> {
  const word = textOf(given, "state");
  const names = Object.keys(STATES) as (keyof typeof STATES)[];
  const state = word === "" ? SagaState.UNSPECIFIED : STATES[oneOf(word, "--state", names)];
  const limit = numberOf(given, "limit", 50);
  const sagas: Saga[] = [];
  let pageToken = "";
  do {
    const pageSize = Math.min(PAGE_MAX, limit - sagas.length);
    const page = await services.sagas().listSagas({ kind: textOf(given, "kind"), state, pageSize, pageToken }, as);
    sagas.push(...page.sagas);
    pageToken = page.nextPageToken;
  } while (pageToken !== "" && sagas.length < limit);

  const rows = sagas.map((saga) => [
    saga.sagaId,
    saga.kind,
    nameIn(SagaStateSchema, saga.state),
    saga.step || "-",
    String(saga.attempts),
    ago(saga.startedAt),
    ago(saga.updatedAt),
    saga.reason,
  ]);
  const header = ["SAGA", "KIND", "STATE", "STEP", "ATTEMPTS", "STARTED", "MOVED", "REASON"];
  const text = sagas.length === 0 ? "there is none" : table(header, rows);
  return {
    text,
    json: toJson(ListSagasResponseSchema, create(ListSagasResponseSchema, { sagas, nextPageToken: pageToken })),
  };
}

function shown(saga: Saga = create(SagaSchema)): Answer {
  const facts = table(
    ["SAGA", saga.sagaId],
    [
      ["kind", saga.kind],
      ["state", nameIn(SagaStateSchema, saga.state)],
      ["about", saga.subjectId],
      ["started", at(saga.startedAt)],
      ["moved", at(saga.updatedAt)],
      ["next try", at(saga.deadlineAt)],
      ["reason", saga.reason || "-"],
      ["correlation", saga.correlationId],
    ],
  );
  const steps = saga.steps.map(({ step, participant, state, attempts, reason, endedAt }) => {
    return [step, participant, nameIn(StepStateSchema, state), String(attempts), at(endedAt), reason];
  });
  const text = `${facts}\n\n${table(["STEP", "AT", "STATE", "ATTEMPTS", "ANSWERED", "REASON"], steps)}`;
  return { text, json: toJson(SagaSchema, saga) };
}

function idOf([sagaId = ""]: readonly string[]) {
  return { sagaId };
}
