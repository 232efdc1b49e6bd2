// ClickHouse behind TLS, with a certificate of an authority of one's own.
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificateFiles, developmentCertificates } from "@animal-delivery/platform/tls/development-ca";
import type { TlsFiles } from "@animal-delivery/platform/tls/watch-tls";
import { type ClickHouseOptions, openClickHouse } from "../../src/store/clickhouse.ts";
import { toDateTime } from "../../src/store/date-time.ts";
import { migrate } from "../../src/store/migrate.ts";
import type { TestEngines } from "../test-engines.ts";
import { type TlsProxy, tlsProxy } from "../tls-proxy.ts";

let folder: string;
let certificate: TlsFiles;
let proxy: TlsProxy;

export function tlsSuite(engines: TestEngines): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "clickhouse-tls-"));
    await developmentCertificates(folder, ["clickhouse"]);
    certificate = certificateFiles(folder, "clickhouse");
    proxy = await tlsProxy(engines.clickhouseUrl(), certificate);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  describe("ClickHouse over https", () => {
    it("is migrated, takes rows and answers when its authority is known", async () => {
      const options = { ...optionsOf(), caFile: certificate.caFile };
      await migrate(options);
      const clickhouse = openClickHouse(options);
      const values = [{ event_id: randomUUID(), occurred_at: toDateTime(new Date()) }];

      await clickhouse.insert({ table: "events", values, format: "JSONEachRow" });

      const result = await clickhouse.query({ query: "select event_id from stored_events", format: "JSONEachRow" });
      expect(await result.json()).toEqual([{ event_id: values[0]?.event_id }]);
      await clickhouse.command({ query: `drop database ${options.database} sync` });
      await clickhouse.close();
    });

    it("is not spoken to when its authority is not known", async () => {
      const clickhouse = openClickHouse(optionsOf());

      await expect(clickhouse.query({ query: "select 1" })).rejects.toMatchObject({
        code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      });
      await clickhouse.close();
    });
  });
}

function optionsOf(): ClickHouseOptions {
  const database = `test_${randomUUID().replaceAll("-", "")}`;
  return { url: proxy.url, database, requestTimeoutMs: 10_000 };
}
