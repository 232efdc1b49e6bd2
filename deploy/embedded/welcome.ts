import { SEEDED_USERS } from "./identity/seeded-users.ts";
import { PORT_DEFAULT } from "./ports.ts";
import type { RunningPlatform } from "./start-platform.ts";

/** The one screen that a person reads when everything runs. */
export function welcome({ origin, issuer, ports }: RunningPlatform, dataDir: string, seconds: number): string {
  const users = SEEDED_USERS.map(({ username, password }) => `                ${username.padEnd(12)} ${password}`);
  const demo = ports.gateway === PORT_DEFAULT ? "npm run demo" : `PORT=${ports.gateway} npm run demo`;
  return `
  animal-delivery is ready after ${seconds.toFixed(1)} s

  Start here    ${origin}
  API           ${origin}/docs    (the document: ${origin}/openapi.json)
  Sign-in       ${issuer}
  State         ${dataDir}    (logs in logs/; --fresh begins anew)

  Users         name         password
${users.join("\n")}

  Next          ${demo}         tells the story of one order, in another terminal
  Stop          Ctrl-C
`;
}
