// `npm run engines`: every adapter against the real engine that the environment names. Arguments go to vitest.
import { tellOutcome } from "./report.ts";
import { runVitest } from "./run-vitest.ts";

tellOutcome(await runVitest("adapters on real engines", ["--project", "engines", ...process.argv.slice(2)]));
