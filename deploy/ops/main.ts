// `npm run ops`: what operators ask services, and tell them to do. `npm run ops -- --help` has every verb.
import { run } from "./run.ts";

const { code, out, err } = await run(process.argv.slice(2));
if (err !== undefined) process.stderr.write(err);
// Connections are still open, and need not be closed politely.
process.stdout.write(out ?? "", () => process.exit(code));
