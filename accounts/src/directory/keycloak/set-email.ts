import { directoryAway, emailTaken, userNotFound } from "../directory-errors.ts";
import type { AdminApi } from "./admin-api.ts";
import { findUser, findUserBy } from "./identities.ts";
import { assertTaken } from "./refusals.ts";

/** Changes an e-mail address, and with it the name of whoever signs in by it. */
export async function setEmail(admin: AdminApi, userId: string, email: string, emailVerified: boolean): Promise<void> {
  const user = await findUser(admin, userId);
  if (!user) throw userNotFound();
  const body = { email, emailVerified, ...(user.username === user.email && { username: email }) };
  const answer = await admin({ method: "PUT", path: "/users/{id}", id: userId, body }, [204, 400, 409]);
  if (answer.status === 204) return;
  assertTaken(answer);
  if (answer.status === 409) throw emailTaken();
  // 400 when somebody else takes it at the same instant.
  const owner = await findUserBy(admin, "email", email);
  throw owner && owner.id !== userId ? emailTaken() : directoryAway(new Error("Keycloak did not change the user"));
}
