import { argv, env } from "node:process";
import { ConfigError } from "@animal-delivery/platform/config/load-config";
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

/** Alone every variable begins with `MESSENGER_`. */
const partVariable = ["CONFIG_FILE", ...PART_VARIABLES.flatMap((name) => [name, `${name}_FILE`])].find(
  (name) => env[name],
);

await runMain("messenger", async (stop) => {
  if (partVariable !== undefined && args.length > 0) {
    throw new ConfigError(
      `${partVariable} is set, as for a part of a platform, which takes no flags: leave out the one or the others`,
    );
  }
  if (partVariable !== undefined) {
    const { runInPlatform } = await import("./run-in-platform.ts");
    return runInPlatform(stop);
  }
  const { runAlone } = await import("./alone/run-alone.ts");
  return runAlone(args, env, stop);
});
