// Drives LogService through its RPC surface against a real ClickHouse in which everything was stored twice.
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LogLevel } from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { logRecord } from "../event-records.ts";
import { type TestLogging, testLogging } from "../test-logging.ts";
import type { TestEngines } from "../test-engines.ts";

// Of today: older lines are deleted after 30 days.
const START = Math.floor(Date.now() / 1_000) * 1_000 - 60_000;
const LINES = 24;
const LEVELS = ["debug", "info", "warn", "error"];

let logging: TestLogging;

export function listLogsSuite(engines: TestEngines): void {
  beforeAll(async () => {
    logging = await testLogging(engines);
    const lineOf = (n: number) => ({
      timestamp: new Date(START + Math.floor(n / 6)).toISOString(),
      level: LEVELS[n % 4],
      service: n % 2 === 0 ? "orders" : "delivery",
      message: `line ${n}`,
      trace_id: n < 3 ? "4bf92f3577b34da6a3ce929d0e0e4736" : "",
      request_id: n < 5 ? "request one" : "request two",
      n,
      nested: { deep: [n] },
    });
    const partition = (parity: number) =>
      Array.from({ length: LINES }, (_, n) => n)
        .filter((n) => n % 2 === parity)
        .map((n) => logRecord(lineOf(n), BigInt(n)));
    await logging.store(
      { topic: "logs", partition: 0, records: partition(0) },
      { topic: "logs", partition: 1, records: partition(1) },
    );
  });

  afterAll(() => logging[Symbol.asyncDispose]());

  describe("ListLogs", () => {
    it("tells each line once, the newest first", async () => {
      const { logs } = await logging.client.listLogs({ pageSize: 200 });

      expect(new Set(logs.map((log) => log.message)).size).toBe(LINES);
      expect(logs).toHaveLength(LINES);
      const nanos = logs.map((log) => log.loggedAt?.nanos ?? 0);
      expect(nanos).toEqual(nanos.toSorted((left, right) => right - left));
    });

    it("tells all of a line", async () => {
      const { logs } = await logging.client.listLogs({
        traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
        service: "delivery",
      });

      expect(logs).toMatchObject([
        {
          loggedAt: timestampFromMs(START),
          service: "delivery",
          level: LogLevel.INFO,
          message: "line 1",
          requestId: "request one",
          fields: { n: 1, nested: { deep: [1] } },
        },
      ]);
    });

    it.each([
      ["a trace", { traceId: "4bf92f3577b34da6a3ce929d0e0e4736" }, 3],
      ["a request", { requestId: "request one" }, 5],
      ["a service", { service: "orders" }, 12],
      ["level debug or worse", { level: LogLevel.DEBUG }, 24],
      ["level warn or worse", { level: LogLevel.WARN }, 12],
      ["level error", { level: LogLevel.ERROR }, 6],
      ["a time from on", { loggedAfter: at(2) }, 12],
      ["a time before", { loggedBefore: at(1) }, 6],
      ["all at once", { requestId: "request two", service: "delivery", level: LogLevel.WARN, loggedBefore: at(3) }, 3],
      ["what nobody has", { service: "' or 1 = 1" }, 0],
    ])("filters by %s", async (_, filter, count) => {
      const { logs } = await logging.client.listLogs({ ...filter, pageSize: 100 });

      expect(logs).toHaveLength(count);
    });

    it.each([1, 5, 23, 24])("gives every line once in pages of %i", async (pageSize) => {
      const seen: string[] = [];
      let pageToken = "";
      do {
        const page = await logging.client.listLogs({ pageSize, pageToken });
        seen.push(...page.logs.map((log) => log.message));
        pageToken = page.nextPageToken;
      } while (pageToken !== "");

      expect(seen).toHaveLength(LINES);
      expect(new Set(seen).size).toBe(LINES);
    });

    it("refuses a position that no list gave out", async () => {
      const { nextPageToken } = await logging.client.listLogs({ pageSize: 1 });
      const [fingerprint] = JSON.parse(Buffer.from(nextPageToken, "base64url").toString()) as string[];
      for (const position of [[], ["1", "logs", "x", "1"], ["1", "logs", "1", "'"]]) {
        const pageToken = Buffer.from(JSON.stringify([fingerprint, ...position])).toString("base64url");

        expect(await refusalOf(logging.client.listLogs({ pageToken }))).toMatchObject({ reason: "PAGE_TOKEN_INVALID" });
      }
    });

    it("keeps whatever a service writes", async () => {
      const hostile = [
        String.raw`{"message":"half \ud83d a pair","service":"hostile","name\u0000":"\ud800"}`,
        JSON.stringify({
          message: "quotes ' \" \\ ` and\nnewlines\t\u0000",
          service: "hostile",
          deep: { a: [null, 1e300] },
        }),
        JSON.stringify({ message: 1, service: "hostile", trace_id: ["a"], timestamp: 5 }),
      ];
      const records = hostile.map((line, n) => logRecord(line, BigInt(n)));
      await logging.store({ topic: "logs", partition: 2, records });

      const { logs } = await logging.client.listLogs({ service: "hostile" });

      expect(logs.map((log) => log.message).toSorted()).toEqual([
        "1",
        "half \ufffd a pair",
        "quotes ' \" \\ ` and\nnewlines\t\u0000",
      ]);
    });
  });
}

function at(ms: number) {
  return timestampFromMs(START + ms);
}
