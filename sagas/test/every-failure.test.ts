// Every step of every saga, taken and undone, meets every kind of failure: a saga ends whole or undone, and each effect once.
import type { BusRecord } from "@animal-delivery/platform/bus/bus";
import { SAGA_COMMANDS, SAGA_HEADERS, SAGA_REPLIES } from "@animal-delivery/platform/saga/saga-records";
import { ACTIONS } from "@animal-delivery/platform/saga/words";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { changing, replyIn, withOtherId } from "./failing-bus.ts";
import { refusal, SPOTS, Trial, type End, type Ordeal } from "./failure-matrix.ts";
import { startMortal, type StepWrite } from "./mortal-orchestrator.ts";
import { Sagas } from "./setup.ts";

let at: Sagas;
beforeAll(async () => {
  at = await Sagas.open();
});
afterAll(() => at[Symbol.asyncDispose]());
afterEach(() => at.endAll());

const STEP_TIMEOUT_MS = 700;
/** As often as this a passing fault comes, which is far less than a step is asked for. */
const TIMES = 2;

describe("wherever a saga is", { timeout: 300_000 }, () => {
  it("a participant that refuses sends it back before the point of no return, and delays it after that", async () => {
    const trial = await Trial.begin(at, SPOTS);
    const counted = counting(trial, 1);
    at.interfere = trial.interfering(async (ordeal) => {
      const isForGood = ordeal.action === "do" && ordeal.canUndo;
      if (counted(ordeal) <= TIMES || isForGood) throw refusal();
    });

    at.startOrchestrator();
    at.startParticipants();

    await expectWhole(trial, ({ action, canUndo }) => (action === "do" && !canUndo ? "completed" : "compensated"));
  });

  it("a participant that is away for six times as long as it may take is waited for", async () => {
    const trial = await Trial.begin(at, SPOTS);
    const counted = counting(trial, 7);
    const backlog = backlogOf(trial);
    const bus = changing(at.bus, SAGA_COMMANDS, (record) => {
      const ordeal = ordealAsked(trial, record);
      if (!ordeal || trial.met.has(ordeal)) return [record];
      backlog.keep(ordeal, record);
      return counted(ordeal) < 7 ? [] : backlog.of(ordeal);
    });

    at.startOrchestrator({ bus, stepTimeoutMs: STEP_TIMEOUT_MS });
    at.startParticipants();

    await expectWhole(trial);
  });

  it("a reply that is lost is asked for again", async () => {
    const trial = await Trial.begin(at, SPOTS);
    const counted = counting(trial, TIMES);
    const bus = changing(at.bus, SAGA_REPLIES, (record) => {
      const ordeal = ordealAnswered(trial, record);
      return ordeal && counted(ordeal) <= TIMES ? [] : [record];
    });

    at.startOrchestrator({ stepTimeoutMs: STEP_TIMEOUT_MS });
    at.startParticipants(undefined, bus);

    await expectWhole(trial);
  });

  it("a reply that comes twice, by the same id and by another, counts once", async () => {
    const trial = await Trial.begin(at, SPOTS);
    const counted = counting(trial, 1);
    const bus = changing(at.bus, SAGA_REPLIES, (record) => {
      const ordeal = ordealAnswered(trial, record);
      if (!ordeal) return [record];
      counted(ordeal);
      return [record, record, withOtherId(record)];
    });

    at.startOrchestrator();
    at.startParticipants(undefined, bus);

    await expectWhole(trial);
  });

  it.each(["before", "after"] as const)(
    "an orchestrator that is killed %s it persists is followed by another",
    async (when) => {
      const trial = await Trial.begin(at, SPOTS);
      const isFatal = ({ sagaId, position, state }: StepWrite): boolean => {
        const ordeal = trial.of(sagaId);
        if (!ordeal || trial.met.has(ordeal)) return false;
        const isThere = ordeal.saga.steps[position]?.step === ordeal.step && state === ENDS[ordeal.action];
        if (isThere) trial.met.add(ordeal);
        return isThere;
      };

      await using orchestrator = startMortal(at, { when, isFatal }, 5_000);
      at.startParticipants();

      await expectWhole(trial);
      // Two that come to their commits at one moment share a death.
      expect(orchestrator.deaths).toBeGreaterThan(SPOTS.length / 2);
    },
  );

  it("a do that comes after its undo has no effect", async () => {
    const trial = await Trial.begin(
      at,
      SPOTS.filter(({ action, canUndo }) => action === "do" && canUndo),
    );
    const backlog = backlogOf(trial);
    const bus = changing(at.bus, SAGA_COMMANDS, (record) => {
      const ordeal = trial.of(record.key);
      if (ordeal && ordealAsked(trial, record)) {
        backlog.keep(ordeal, record);
        return [];
      }
      const { step, action } = record.headers;
      const isUndone = ordeal && step === ordeal.step && action === "undo";
      if (!isUndone || trial.met.has(ordeal)) return [record];
      trial.met.add(ordeal);
      return [record, ...backlog.of(ordeal)];
    });

    at.startOrchestrator({ bus, stepTimeoutMs: 300 });
    at.startParticipants();
    await expectWhole(trial, () => "compensated");
    // And once more when all is over, as nobody has seen it yet and without a deadline.
    await at.bus.publish(SAGA_COMMANDS, trial.ordeals.flatMap((ordeal) => backlog.of(ordeal)).map(asNew));
    await expect.poll(isRead, BOUND).toBe(true);

    await expectWhole(trial, () => "compensated");
  });
});

/** How long all faults may take to come, and everything once the last of them has passed, on a machine that does much else. */
const BOUND = { timeout: 120_000 };

/** Each saga meets its fault and ends, and is whole where it ends. */
async function expectWhole(trial: Trial, endOf?: (ordeal: Ordeal) => End): Promise<void> {
  await expect.poll(() => trial.missing(), BOUND).toEqual([]);
  await expect.poll(() => trial.underWay(), BOUND).toBe(0);
  expect(await trial.violations(endOf)).toEqual([]);
}

/** What the orchestrator writes of a step whose command was followed. */
const ENDS = { do: "done", undo: "undone" } as const;

/** Counts how often each saga met its fault, this time included; `enough` times are what it must meet. */
function counting(trial: Trial, enough: number): (ordeal: Ordeal) => number {
  const counts = new Map<Ordeal, number>();
  return (ordeal) => {
    const count = (counts.get(ordeal) ?? 0) + 1;
    counts.set(ordeal, count);
    if (count >= enough) trial.met.add(ordeal);
    return count;
  };
}

/** The saga whose spot a command is for. */
function ordealAsked(trial: Trial, { key, headers }: BusRecord): Ordeal | undefined {
  const ordeal = trial.of(key);
  const isAt = headers[SAGA_HEADERS.step] === ordeal?.step && headers[SAGA_HEADERS.action] === ordeal?.action;
  return isAt ? ordeal : undefined;
}

/** The saga whose spot a reply is about. */
function ordealAnswered(trial: Trial, record: BusRecord): Ordeal | undefined {
  const ordeal = trial.of(record.key);
  const { step, action } = replyIn(record);
  return ordeal && step === ordeal.step && action === ACTIONS[ordeal.action] ? ordeal : undefined;
}

/** Records that are kept from participants for a while. */
function backlogOf(trial: Trial) {
  const kept = new Map<Ordeal, BusRecord[]>(trial.ordeals.map((ordeal) => [ordeal, []]));
  return {
    keep: (ordeal: Ordeal, record: BusRecord) => void kept.get(ordeal)?.push(record),
    of: (ordeal: Ordeal): readonly BusRecord[] => kept.get(ordeal) ?? [],
  };
}

function asNew(record: BusRecord): BusRecord {
  const { [SAGA_HEADERS.deadline]: _, ...headers } = record.headers;
  return withOtherId({ ...record, headers }, 1_000n);
}

async function isRead(): Promise<boolean> {
  const groups = ["accounts.sagas", "notes.sagas", "messenger.sagas", "orders.sagas", "delivery.sagas"];
  const lags = await Promise.all(groups.map((group) => at.bus.lag(group, [SAGA_COMMANDS])));
  return lags.flat().every(({ records }) => records === 0n);
}
