import { SEEDED_USERS } from "./identity/seeded-users.ts";
import type { RunningPlatform } from "./start-platform.ts";

/** The one screen that a person reads when everything runs. */
export function welcome({ origin, issuer }: RunningPlatform, dataDir: string, seconds: number): string {
  const users = SEEDED_USERS.map(({ username, password }) => `                ${username.padEnd(12)} ${password}`);
  return `
  animal-delivery is ready after ${seconds.toFixed(1)} s

  Start here    ${origin}
  API           ${origin}/docs    (the document: ${origin}/openapi.json)
  Sign-in       ${issuer}
  State         ${dataDir}    (logs in logs/; --fresh begins anew)

  Users         name         password
${users.join("\n")}

  Next          npm run demo         tells the story of one order, in another terminal
  Stop          Ctrl-C
`;
}
