// `npm run engines`: every adapter against the real engine that the environment names. Arguments go to vitest.
import { runVitest, tellCounts } from "./run-vitest.ts";

tellCounts(await runVitest("adapters on real engines", ["--project", "engines", ...process.argv.slice(2)]));
