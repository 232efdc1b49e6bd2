import { argv, env } from "node:process";
import { runMain } from "@animal-delivery/platform/service/run-main";

const args = argv.slice(2);

/** A part of a platform takes no flags, and knows who issues the tokens of its callers. */
const isPart = args.length === 0 && Boolean(env["OIDC_ISSUER"] ?? env["OIDC_ISSUER_FILE"] ?? env["CONFIG_FILE"]);

await runMain("messenger", async (stop) => {
  if (isPart) {
    const { runInPlatform } = await import("./run-in-platform.ts");
    return runInPlatform(stop);
  }
  const { runAlone } = await import("./alone/run-alone.ts");
  return runAlone(args, env, stop);
});
