import { passwordsFrom } from "../e2e/src/target.ts";
import { failure, type Outcome, sum } from "./report.ts";
import { runVitest } from "./run-vitest.ts";
import { runStep } from "./steps.ts";
import { warmUp } from "./warm-up.ts";

const PORT_DEFAULT = "8080";

/**
 * Tells the stories to the containers of docker-compose.yml, which it starts when they do not run, and then what only containers
 * can show. They stay up.
 */
export async function runOnCompose(args: readonly string[]): Promise<Outcome> {
  const up = await runStep({ name: "containers", command: ["docker", "compose", "up", "--detach", "--wait"] });
  if (!up) return failure("containers");
  const baseUrl = `http://localhost:${process.env.GATEWAY_PORT ?? PORT_DEFAULT}`;
  await warmUp({ baseUrl, passwords: passwordsFrom(process.env) });
  const env = { ...process.env, E2E_BASE_URL: baseUrl };
  const stories = await runVitest("stories", ["--project", "e2e", ...args], { env });
  if (args.length > 0) return stories;
  return sum(stories, await runVitest("containers", ["--project", "e2e-compose"], { env }));
}
