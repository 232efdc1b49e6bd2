import { OperationsService, LogLevel } from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Act } from "../audit/act.ts";
import { DomainError } from "../errors.ts";
import { inMemoryClient } from "../rpc/in-memory.ts";
import { userGrant } from "../testing/grants.ts";
import { refusalOf } from "../testing/refusal.ts";
import { testTelemetry } from "../testing/telemetry.ts";
import { operationsService, type OperationsOptions } from "./operations-service.ts";

const MINUTE_MS = 60_000;

describe("SetLogLevel", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
  afterEach(() => void vi.useRealTimers());

  it("changes what is written, says so in the audit, and goes back by itself", async () => {
    const { operator, log, acts } = given();

    const answer = await operator.setLogLevel({ level: LogLevel.ERROR, minutes: 10 });

    expect(answer.before).toBe(LogLevel.DEBUG);
    expect(Number(answer.until?.seconds) * 1_000).toBe(Math.floor((Date.now() + 10 * MINUTE_MS) / 1_000) * 1_000);
    expect(log.level()).toBe("error");
    expect(acts).toEqual([
      {
        actor: "root",
        action: "set",
        resource: "log_level",
        resourceId: "orders",
        before: { level: "debug" },
        after: { level: "error", minutes: "10" },
      },
    ]);
    vi.advanceTimersByTime(10 * MINUTE_MS);
    expect(log.level()).toBe("debug");
  });

  it("lets the later wish count, and its end alone", async () => {
    const { operator, log } = given();
    await operator.setLogLevel({ level: LogLevel.ERROR, minutes: 5 });
    await operator.setLogLevel({ level: LogLevel.WARN, minutes: 10 });

    vi.advanceTimersByTime(9 * MINUTE_MS);
    expect(log.level()).toBe("warn");
    vi.advanceTimersByTime(MINUTE_MS);
    expect(log.level()).toBe("debug");
  });

  it.each([
    { level: LogLevel.UNSPECIFIED, minutes: 10 },
    { level: 9 as LogLevel, minutes: 10 },
    { level: LogLevel.DEBUG, minutes: 0 },
    { level: LogLevel.DEBUG, minutes: 1_441 },
  ])("refuses %o", async (request) => {
    const { operator, log } = given();

    expect(await refusalOf(operator.setLogLevel(request))).toMatchObject({ reason: "REQUEST_INVALID" });
    expect(log.level()).toBe("debug");
  });
});

describe("an act that nobody can be told of", () => {
  it("does not happen", async () => {
    const away = new DomainError("unavailable", "UNAVAILABLE", "the bus is away");
    const reload = vi.fn<() => Promise<void>>();
    const { operator, log } = given({ audit: () => Promise.reject(away), access: { reload } });

    const set = operator.setLogLevel({ level: LogLevel.ERROR, minutes: 1 });
    expect(await refusalOf(set)).toMatchObject({ reason: "UNAVAILABLE" });
    expect(await refusalOf(operator.reloadPolicy({}))).toMatchObject({ reason: "UNAVAILABLE" });

    expect(log.level()).toBe("debug");
    expect(reload).not.toHaveBeenCalled();
  });
});

describe("ReloadPolicy", () => {
  it("reads the policy again, and says so in the audit", async () => {
    const reload = vi.fn<() => Promise<void>>().mockResolvedValue(undefined);
    const { operator, acts } = given({ access: { reload } });

    await operator.reloadPolicy({});

    expect(reload).toHaveBeenCalledOnce();
    expect(acts).toEqual([{ actor: "root", action: "reload", resource: "policy", resourceId: "orders" }]);
  });

  it("refuses one that cannot be used, and tells the log why, not the caller", async () => {
    const access = { reload: () => Promise.reject(new Error("row 7 of /etc/policy.csv")) };
    const { operator, lines } = given({ access });

    const refusal = await refusalOf(operator.reloadPolicy({}));

    expect(refusal).toMatchObject({ kind: "refused", reason: "POLICY_UNREADABLE" });
    expect(refusal.message).not.toContain("row 7");
    expect(lines.filter(({ level }) => level === "error")).toMatchObject([{ error: { message: /row 7/ } }]);
  });
});

describe("ListJobs", () => {
  it("tells how each job gets on, without what an error may say of people", async () => {
    const at = new Date(1_767_225_600_000);
    const board = {
      list: () => [
        { name: "outbox relay", isRunning: true, restarts: 0 },
        { name: "purge", isRunning: false, restarts: 3, lastFailure: { error: new TypeError("no such thing"), at } },
      ],
    };

    const { jobs } = await given({ board }).operator.listJobs({});

    expect(jobs).toMatchObject([
      { name: "outbox relay", running: true, restarts: 0n, lastError: "" },
      { name: "purge", running: false, restarts: 3n, lastError: "TypeError: no such thing" },
    ]);
    expect(jobs[1]?.lastErrorAt?.seconds).toBe(1_767_225_600n);
  });
});

describe("a service without a database", () => {
  it("says that it parks nothing", async () => {
    const { operator } = given();
    const eventId = "01982f5e-7c00-7000-8000-000000000009";

    for (const call of [
      operator.getOutbox({}),
      operator.listParked({}),
      operator.replayParked({ all: true }),
      operator.skipParked({ consumer: "orders", eventId, reason: "r" }),
      operator.retryOutboxRow({ eventId }),
      operator.skipOutboxRow({ eventId, reason: "r" }),
    ]) {
      expect(await refusalOf(call)).toMatchObject({ kind: "refused", reason: "NOTHING_TO_PARK" });
    }
  });
});

function given(options: Partial<OperationsOptions> = {}) {
  const telemetry = testTelemetry();
  const acts: Act[] = [];
  const service = operationsService({
    name: "orders",
    telemetry,
    access: { reload: () => Promise.resolve() },
    board: { list: () => [] },
    audit: (act) => Promise.resolve(void acts.push(act)),
    ...options,
  });
  const grant = userGrant({ subject: "root", roles: ["admin"], relations: ["any"] });
  const operator = inMemoryClient(OperationsService, (router) => router.service(OperationsService, service), { grant });
  return { operator, acts, log: telemetry.log, lines: telemetry.lines };
}
