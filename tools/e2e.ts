// `npm run e2e`: the stories through the public REST API, told to one of three targets. What is left of the arguments goes
// to vitest: `npm run e2e -- --target=env e2e/test/stream.test.ts`.
import { parseArgs } from "node:util";
import { runOnCompose } from "./e2e-on-compose.ts";
import { keepEnvPlatform, runOnEnv } from "./e2e-on-env.ts";
import { failure, type Outcome, tellOutcome } from "./report.ts";
import { runVitest } from "./run-vitest.ts";

const USAGE = `usage: npm run e2e [-- [--target=embedded|env|compose] [--keep] [vitest arguments]]

  --target=embedded  a platform in one process, started for this run (default)
  --target=env       a process for each service, on the engines that the environment names
  --target=compose   the containers of docker-compose.yml
  --keep             with env: tell no story, stay up until Ctrl-C`;

const TARGETS: Record<string, (args: readonly string[]) => Promise<Outcome>> = {
  embedded: (args) => runVitest("stories", ["--project", "e2e", ...args]),
  env: runOnEnv,
  compose: runOnCompose,
};

const { values, tokens } = parseArgs({
  options: { target: { type: "string", default: "embedded" }, keep: { type: "boolean", default: false } },
  strict: false,
  tokens: true,
});
const forVitest = tokens.flatMap((token) => {
  if (token.kind === "positional") return [token.value];
  if (token.kind === "option-terminator" || token.name === "target" || token.name === "keep") return [];
  return [token.value === undefined ? token.rawName : `${token.rawName}=${token.value}`];
});

const run = TARGETS[String(values.target)];
try {
  if (!run || (values.keep && values.target !== "env")) {
    console.error(USAGE);
    process.exitCode = 2;
  } else if (values.keep) await keepEnvPlatform();
  else tellOutcome(await run(forVitest));
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  tellOutcome(failure("stories", String(error)));
}
