import { toJson } from "@bufbuild/protobuf";
import {
  ListJobsResponseSchema,
  LogLevel,
  LogLevelSchema,
  SetLogLevelResponseSchema,
} from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { numberOf, oneOf, serviceOf } from "../arguments.ts";
import { SERVICE_NAMES } from "../config.ts";
import { ago, at, nameIn, table } from "../table.ts";
import type { Verb } from "../verb.ts";

const LEVELS = { error: LogLevel.ERROR, warn: LogLevel.WARN, info: LogLevel.INFO, debug: LogLevel.DEBUG } as const;

/** What is done to the process that answers. */
export const processVerbs: readonly Verb[] = [
  {
    name: "jobs",
    words: { min: 1, max: 1 },
    async run({ services, as, words }) {
      const answer = await services.operations(serviceOf(words[0])).listJobs({}, as);
      const rows = answer.jobs.map(({ name, running, restarts, lastErrorAt, lastError }) => {
        return [name, running ? "running" : "restarting", String(restarts), ago(lastErrorAt), lastError];
      });
      const text = table(["JOB", "STATE", "RESTARTS", "LAST FAILED", "WITH"], rows);
      return { text, json: toJson(ListJobsResponseSchema, answer) };
    },
  },
  {
    name: "log-level",
    options: ["minutes"],
    words: { min: 2, max: 2 },
    async run({ services, as, ...given }) {
      const [service, word] = given.words;
      const name = oneOf(word, "the level", ["error", "warn", "info", "debug"]);
      const minutes = numberOf(given, "minutes", 10);
      const answer = await services.operations(serviceOf(service)).setLogLevel({ level: LEVELS[name], minutes }, as);
      const before = nameIn(LogLevelSchema, answer.before);
      const text = `${service} logs from ${name} on, it was ${before}; until ${at(answer.until)}`;
      return { text, json: toJson(SetLogLevelResponseSchema, answer) };
    },
  },
  {
    name: "policy reload",
    words: { min: 0, max: SERVICE_NAMES.length },
    async run({ services, as, words }) {
      const names = words.length === 0 ? SERVICE_NAMES : words.map(serviceOf);
      for (const name of names) await services.operations(name).reloadPolicy({}, as);
      return { text: `${names.join(", ")}: policy read again`, json: { reloaded: [...names] } };
    },
  },
];
