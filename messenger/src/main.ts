import { argv, env } from "node:process";
import { runMain } from "@animal-delivery/platform/service/run-main";

const args = argv.slice(2);

/** What every part of a platform is told by. One is enough: whoever forgot another is told so, and does not get an open messenger. */
const PART_VARIABLES = [
  "OIDC_ISSUER",
  "BUS_DATABASE_URL",
  "KAFKA_BROKERS",
  "TLS_CERT_FILE",
  "TLS_KEY_FILE",
  "TLS_CA_FILE",
];

/** A part of a platform takes no flags; alone every variable begins with `MESSENGER_`. */
const isPart =
  args.length === 0 &&
  ["CONFIG_FILE", ...PART_VARIABLES.flatMap((name) => [name, `${name}_FILE`])].some((name) => env[name]);

await runMain("messenger", async (stop) => {
  if (isPart) {
    const { runInPlatform } = await import("./run-in-platform.ts");
    return runInPlatform(stop);
  }
  const { runAlone } = await import("./alone/run-alone.ts");
  return runAlone(args, env, stop);
});
