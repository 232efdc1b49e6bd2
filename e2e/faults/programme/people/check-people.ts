import type { SagaTrace, Traces } from "./traces.ts";

/** Every saga has ended, all of its steps at one and the same end, and its participants remember just that. */
export function checkSagas({ sagas }: Pick<Traces, "sagas">): string[] {
  return sagas.flatMap(({ sagaId, kind, state, steps, remembered }) => {
    const saga = `the ${kind} ${sagaId}`;
    if (state !== "completed" && state !== "compensated") return [`${saga} is ${state}`];
    const end = state === "completed" ? " done" : " undone";
    const begun = steps.filter((step) => !step.endsWith(" waiting"));
    const isWhole =
      begun.every((step) => step.endsWith(end)) && (state === "compensated" || begun.length === steps.length);
    return [
      ...(isWhole ? [] : [`${saga} is ${state}, with ${steps.join(", ")}`]),
      ...(begun.toSorted().join() === remembered.join()
        ? []
        : [`${saga} has ${begun.join(", ")}, its participants remember ${remembered.join(", ")}`]),
    ];
  });
}

/** Somebody whom a saga was about, and what must be there of them. */
interface Subject {
  readonly userId: string;
  readonly isThere: boolean;
  /** Whether they ever were a user. */
  readonly wasThere: boolean;
}

/** Each sign-up is whole or gone, each deletion whole or undone, nothing is there twice, and nothing is left of nobody. */
export function checkPeople(traces: Traces): string[] {
  const subjects = subjectsOf(traces.sagas);
  return [...checkSagas(traces), ...subjects.flatMap((subject) => checkSubject(subject, traces)), ...checkRest(traces)];
}

function subjectsOf(sagas: readonly SagaTrace[]): Subject[] {
  const subjects = Map.groupBy(sagas, ({ subjectId }) => subjectId);
  return [...subjects].map(([userId, own]) => {
    const is = (kind: string) => own.some((saga) => saga.kind === kind && saga.state === "completed");
    const wasThere = is("sign-up");
    return { userId, wasThere, isThere: wasThere && !is("delete-user") };
  });
}

function checkSubject({ userId, isThere, wasThere }: Subject, traces: Traces): string[] {
  const user = traces.users.get(userId);
  const identity = traces.identities.find((each) => each.userId === userId);
  const times = (ids: readonly string[]) => ids.filter((id) => id === userId).length;
  const isClosed = wasThere && !isThere;
  const facts: Record<string, [found: unknown, expected: unknown]> = {
    profile: [user?.state, isThere ? "active" : undefined],
    "identity that can sign in": [identity?.isEnabled, isThere ? true : undefined],
    "e-mail addresses": [traces.emails.filter((each) => each.userId === userId).length, isThere ? 1 : 0],
    "sign-up": [
      traces.signUps
        .filter((each) => each.userId === userId)
        .map(({ state }) => state)
        .join(),
      isThere ? "completed" : wasThere ? "" : "failed",
    ],
    notes: [times(traces.noteOwners), isThere ? 1 : 0],
    "door of orders closed": [traces.closedCustomers.has(userId), isClosed],
    "door of delivery closed": [traces.closedPeople.has(userId), isClosed],
    "door of notes closed": [traces.closedOwners.has(userId), isClosed],
    "events of becoming a user": [times(traces.usersCreated), wasThere ? 1 : times(traces.usersDeleted)],
    "events of being deleted": [times(traces.usersDeleted), wasThere ? Number(isClosed) : times(traces.usersCreated)],
  };
  if (wasThere) facts["welcome notes written"] = [times(traces.notesCreated), 1];
  return Object.entries(facts)
    .filter(([, [found, expected]]) => found !== expected)
    .map(([what, [found, expected]]) => `${userId}: ${what} ${String(found)}, must be ${String(expected)}`);
}

/** What belongs to no saga. */
function checkRest({ sagas, users, emails, signUps, identities }: Traces): string[] {
  const subjects = new Set(sagas.map(({ subjectId }) => subjectId));
  return [
    ...emails.filter(({ userId }) => !userId || !users.has(userId)).map(({ email }) => `${email} is held by nobody`),
    ...identities.filter(({ userId }) => !users.has(userId)).map(({ email }) => `${email} has an orphan identity`),
    ...[...users]
      .filter(([userId]) => !subjects.has(userId))
      .map(([userId]) => `${userId} is a user without a sign-up`),
    ...signUps
      .filter(({ state }) => state === "reserved" || state === "started")
      .map(({ signUpId, state }) => `the sign-up ${signUpId} is ${state}`),
  ];
}
