import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FLAG_KEYS, FLAGS, flagOf, SWITCHES, variableOf, type FlagKey, type Settings } from "./flags.ts";
import { helpText } from "./help.ts";
import { readSettings } from "./read-settings.ts";

const FILE = join(mkdtempSync(join(tmpdir(), "settings-")), "file");
writeFileSync(FILE, "from a file\n");

/** Of each flag a value, as it is written and as it is read; those it needs besides; and a value that it does not take. */
interface Sample {
  readonly text: string;
  readonly value: unknown;
  readonly besides?: readonly string[];
  readonly wrong?: string;
}

const REDIS = ["--redis", "--dsn=redis://localhost"];
const POSTGRES = ["--postgres", "--dsn=postgresql://localhost/chat"];
const CERTIFICATE = [`--tls-cert=${FILE}`, `--tls-key=${FILE}`];

const SAMPLES: Record<FlagKey, Sample> = {
  grpcPort: { text: "50053", value: 50_053, wrong: "65536" },
  httpPort: { text: "0", value: 0, wrong: "-1" },
  host: { text: "0.0.0.0", value: "0.0.0.0" },
  publicOrigin: { text: "https://chat.example", value: "https://chat.example", wrong: "http://chat.example" },
  opsPort: { text: "9020", value: 9_020, wrong: "9020.5" },
  opsHost: { text: "0.0.0.0", value: "0.0.0.0" },
  maxChatSize: { text: "20", value: 20, wrong: "0" },
  maxChats: { text: "1", value: 1, wrong: "many" },
  maxSessions: { text: "7", value: 7, wrong: "0" },
  sessionIdle: { text: "12h", value: "12h", wrong: "30" },
  maxMemory: { text: "1", value: 1, wrong: "0" },
  maxStreams: { text: "3", value: 3, wrong: "2147483648" },
  redis: { text: "true", value: true, besides: ["--dsn=redis://localhost"], wrong: "maybe" },
  postgres: { text: "true", value: true, besides: ["--dsn=postgresql://localhost/chat"], wrong: "maybe" },
  dsn: { text: "redis://a,redis://b", value: "redis://a,redis://b", besides: ["--redis"] },
  redisCa: { text: FILE, value: FILE, besides: REDIS, wrong: "/nowhere" },
  redisPrefix: { text: "chat:", value: "chat:", besides: REDIS },
  postgresPool: { text: "5", value: 5, besides: POSTGRES, wrong: "0" },
  tlsCert: { text: FILE, value: FILE, besides: [`--tls-key=${FILE}`], wrong: "/nowhere" },
  tlsKey: { text: FILE, value: FILE, besides: [`--tls-cert=${FILE}`], wrong: "/nowhere" },
  tlsClientCa: { text: FILE, value: FILE, wrong: "/nowhere" },
  tlsFolder: { text: "/certificates", value: "/certificates" },
  logLevel: { text: "debug", value: "debug", wrong: "loud" },
  otlpEndpoint: { text: "http://collector:4318", value: "http://collector:4318", wrong: "collector:4318" },
  leaveMs: { text: "0", value: 0, wrong: "-5" },
  drainMs: { text: "500", value: 500, wrong: "0" },
};

describe.each(FLAG_KEYS)("the flag %s", (key) => {
  const { text, value, besides = [], wrong = "other" } = SAMPLES[key];

  it("is read from the line, with = and without", () => {
    expect(settingsOf([`${flagOf(key)}=${text}`, ...besides])[key]).toEqual(value);
    const apart = SWITCHES.has(key) ? [flagOf(key)] : [flagOf(key), text];
    expect(settingsOf([...apart, ...besides])[key]).toEqual(value);
  });

  it("is read from the environment, and from a file that it names", () => {
    const file = join(mkdtempSync(join(tmpdir(), "settings-")), "value");
    writeFileSync(file, `${text}\n`);

    expect(settingsOf(besides, { [variableOf(key)]: text })[key]).toEqual(value);
    expect(settingsOf(besides, { [`${variableOf(key)}_FILE`]: file })[key]).toEqual(value);
  });

  it("goes before the environment", () => {
    const env = { [variableOf(key)]: wrong, [`${variableOf(key)}_FILE`]: "/nowhere" };

    expect(settingsOf([`${flagOf(key)}=${text}`, ...besides], env)[key]).toEqual(value);
  });

  it("is explained, with its default and its variable", () => {
    const byDefault = FLAGS[key].safeParse(undefined).data;
    const [title = "", ...lines] = helpText()
      .slice(helpText().indexOf(`  ${flagOf(key)}`))
      .split("\n");

    expect(title.split(/ +|=/)).toEqual(expect.arrayContaining([flagOf(key), variableOf(key)]));
    expect(title.includes("default")).toBe(byDefault !== undefined && !SWITCHES.has(key));
    if (title.includes("default")) expect(title).toContain(`default ${String(byDefault)}`);
    expect(lines[0]).toMatch(/^ {6}\w/);
  });
});

it.each(FLAG_KEYS.flatMap((key) => (SAMPLES[key].wrong === undefined ? [] : [[key, SAMPLES[key].wrong] as const])))(
  "the flag %s does not take %s, and says so by the name it was given by",
  (key, wrong) => {
    expect(problemsOf([`${flagOf(key)}=${wrong}`])).toContainEqual(expect.stringMatching(`^${flagOf(key)}: `));
    expect(problemsOf([], { [variableOf(key)]: wrong })).toContainEqual(expect.stringMatching(`^${variableOf(key)}: `));
  },
);

describe("the command line", () => {
  it("may be empty", () => {
    expect(settingsOf([])).toMatchObject({
      grpcPort: 50_052,
      httpPort: 8_090,
      host: "localhost",
      maxChatSize: 1_000,
      maxChats: 10_000,
      sessionIdle: "30d",
      redis: false,
      postgres: false,
    });
  });

  it.each([["--help"], ["-h"], ["--grpc-port=x", "--help"]])("asks for help by %s", (...args) => {
    expect(readSettings(args, {})).toEqual({ kind: "help" });
  });

  it("is told all that is wrong with it at once", () => {
    const args = ["--grpc-port=x", "--nope", "stray", "-x", "--max-chats", "--log-level=loud", "--redis", "--postgres"];

    expect(problemsOf(args, { MESSENGER_DRAIN_MS: "soon" })).toEqual([
      "--max-chats: needs a value",
      "--nope: there is no such flag",
      "stray: there is nothing but flags",
      "-x: there is no such flag",
      "--grpc-port: must be a whole number from 0 to 65535",
      "--log-level: must be error, warn, info or debug",
      "MESSENGER_DRAIN_MS: must be a whole number from 1 to 600000",
      "--redis and --postgres exclude each other",
      "--dsn is missing: where is the store?",
    ]);
  });

  it.each([
    ["a store without its place", ["--postgres"], "--dsn is missing"],
    ["a place without a store", ["--dsn=redis://localhost"], "--dsn goes with"],
    ["the place of another store", ["--postgres", "--dsn=redis://localhost"], "--dsn: must be a postgresql:// URL"],
    ["one bad node among many", ["--redis", "--dsn=redis://a,http://b"], "--dsn: must be redis://"],
    ["an authority of a Redis that is not there", [`--redis-ca=${FILE}`], "--redis-ca goes with --redis"],
    ["a prefix of keys in a Redis that is not there", ["--redis-prefix=a:"], "--redis-prefix goes with --redis"],
    ["the same beside another store", [...POSTGRES, "--redis-prefix=a:"], "--redis-prefix goes with --redis"],
    ["connections to no PostgreSQL", ["--postgres-pool=5"], "--postgres-pool goes with --postgres"],
    ["a folder for no certificate", [...CERTIFICATE, "--tls-folder=/x"], "--tls-folder says nothing beside --tls-cert"],
    ["memory beside Redis", [...REDIS, "--max-memory=64"], "--max-memory says nothing beside --redis"],
    ["memory beside PostgreSQL", [...POSTGRES, "--max-memory=64"], "--max-memory says nothing beside --postgres"],
    ["more memory than there is", ["--max-memory=1000000000"], "--max-memory: must be a whole number from 1 to"],
    ["a certificate without its key", [`--tls-cert=${FILE}`], "--tls-cert and --tls-key go together"],
    ["one port twice", ["--http-port=50052"], "must be different ports"],
    ["a flag without its value", ["--host="], "--host: needs a value"],
  ])("refuses %s", (_what, args, problem) => {
    expect(problemsOf(args)).toEqual([expect.stringContaining(problem)]);
  });

  it.each(["1h", "90m", "60m", "30d", "3650d"])("lets sessions be idle for %s", (duration) => {
    expect(settingsOf([`--session-idle=${duration}`]).sessionIdle).toBe(duration);
  });

  it.each(["59m", "0d", "3651d", "30", "30D", "1.5d", "-1d", "d", "30 d", "1d12h", "1w"])(
    "does not let sessions be idle for %s",
    (duration) => {
      expect(problemsOf([`--session-idle=${duration}`])).toEqual([
        "--session-idle: must be a duration with its unit, m, h or d, from 1h to 3650d",
      ]);
    },
  );

  it("says once what is wrong with a flag that others go with", () => {
    expect(problemsOf(["--ops-port=x", "--ops-host=0.0.0.0"])).toEqual([expect.stringMatching("^--ops-port: ")]);
    expect(problemsOf(["--redis=maybe", "--redis-prefix=a:"])).toEqual([expect.stringMatching("^--redis: ")]);
  });

  it("never repeats what may be a password", () => {
    const wish = readSettings(["--postgres", "--dsn=mysql://chat:hunter2@localhost"], {});

    expect(JSON.stringify(wish)).not.toContain("hunter2");
  });

  it("takes a variable that is set to nothing for one that is not set, and the last of a flag that comes twice", () => {
    expect(settingsOf(["--grpc-port=1", "--grpc-port=2"], { MESSENGER_HTTP_PORT: "" })).toMatchObject({
      grpcPort: 2,
      httpPort: 8_090,
    });
  });

  it("lets a flag take back what the environment says", () => {
    const env = { MESSENGER_REDIS: "true" };

    expect(settingsOf(["--redis=false"], env).redis).toBe(false);
  });
});

function settingsOf(args: readonly string[], env: Record<string, string | undefined> = {}): Settings {
  const wish = readSettings(args, env);
  if (wish.kind !== "run") throw new Error(JSON.stringify(wish));
  return wish.settings;
}

function problemsOf(args: readonly string[], env: Record<string, string | undefined> = {}): readonly string[] {
  const wish = readSettings(args, env);
  return wish.kind === "wrong" ? wish.problems : [];
}
