import { describe, expect, it } from "vitest";
import { z } from "zod";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { clickhouseEnv, clickhouseOptions, readerEnv, readerOptions } from "./clickhouse-config.ts";
import { MigrationConfig } from "./config.ts";

const Both = z
  .object({ ...clickhouseEnv, ...readerEnv })
  .transform((env) => ({ writer: clickhouseOptions(env).url, reader: readerOptions(env, 5_000).url }));

describe("who we are at ClickHouse", () => {
  it.each([
    ["default unless said", {}, "default:@", "default:@"],
    [
      "as the user and the password say",
      { CLICKHOUSE_USER: "w", CLICKHOUSE_PASSWORD: "p:/@" },
      "w:p%3A%2F%40@",
      "w:p%3A%2F%40@",
    ],
    [
      "as the reader where one reads",
      { CLICKHOUSE_READER_USER: "r", CLICKHOUSE_READER_PASSWORD: "s" },
      "default:@",
      "r:s@",
    ],
    ["as a reader without a password", { CLICKHOUSE_PASSWORD: "p", CLICKHOUSE_READER_USER: "r" }, "default:p@", "r:@"],
  ])("is %s", (_, env, writer, reader) => {
    const urls = loadConfig(Both, { CLICKHOUSE_URL: "https://clickhouse:8443", ...env });

    // A URL leaves out a password that is empty.
    const urlOf = (credentials: string) => `https://${credentials.replace(":@", "@")}clickhouse:8443/`;
    expect(urls).toEqual({ writer: urlOf(writer), reader: urlOf(reader) });
  });

  it("is what the URL says, whatever else is said", () => {
    const url = "http://animal_delivery:secret@127.0.0.1:8083/";

    expect(loadConfig(Both, { CLICKHOUSE_URL: url, CLICKHOUSE_USER: "default" })).toEqual({ writer: url, reader: url });
  });
});

describe("MigrationConfig", () => {
  it("takes a cluster's name and the figures of the tables", () => {
    const env = { CLICKHOUSE_URL: "http://clickhouse:8123", CLICKHOUSE_CLUSTER: "all-nodes", LOGS_RETENTION_DAYS: "7" };

    expect(loadConfig(MigrationConfig, env).schema).toEqual({
      cluster: "all-nodes",
      eventsDays: 730,
      logsDays: 7,
      refreshS: 15,
    });
  });

  it("refuses a cluster's name that is none", () => {
    const env = { CLICKHOUSE_URL: "http://clickhouse:8123", CLICKHOUSE_CLUSTER: "x'; drop" };

    expect(() => loadConfig(MigrationConfig, env)).toThrow("CLICKHOUSE_CLUSTER");
  });
});
