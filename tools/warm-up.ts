import { setTimeout as sleep } from "node:timers/promises";
import { signIn } from "../e2e/src/people.ts";
import { USERS, type Target } from "../e2e/src/target.ts";

const WARM_UP_MS_MAX = 180_000;
const PAUSE_MS = 1_000;

/**
 * Signs everybody in once, one after the other, until it works. A Keycloak that has just started takes its time over the first
 * passwords, and takes an attempt beside one that nobody waits for any more for an attack.
 *
 * @throws {Error} with what the last attempt of a user was told, when it takes too long.
 */
export async function warmUp(target: Target): Promise<void> {
  const until = Date.now() + WARM_UP_MS_MAX;
  for (const user of USERS) {
    const isIn = () =>
      signIn(target, user).then(
        () => true,
        (error: unknown) => {
          if (Date.now() > until) throw error;
          return false;
        },
      );
    while (!(await isIn())) await sleep(PAUSE_MS);
  }
}
