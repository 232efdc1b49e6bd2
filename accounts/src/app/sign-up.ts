import { recordAudit } from "@animal-delivery/platform/audit/record-audit";
import { startSaga } from "@animal-delivery/platform/saga/start-saga";
import { unavailable } from "../domain/refusal.ts";
import type { SignUp } from "../domain/sign-up.ts";
import { findSignUp, noteIdentity, noteSaga } from "../store/sign-up-repository.ts";
import { letGo } from "./let-go.ts";
import { makeIdentity } from "./make-identity.ts";
import type { Parts } from "./parts.ts";
import { pastTheCallersTime } from "./past-the-callers-time.ts";
import { reserveSignUp, type Claim, type Wish } from "./reserve-sign-up.ts";

/**
 * Begins to make a user: holds the e-mail address, makes an identity that cannot sign in yet, and starts the saga that does
 * the rest. A repetition with the same key goes on where the first one got to. ADR 0038.
 *
 * @throws {DomainError} alreadyExists EMAIL_TAKEN, keyReused IDEMPOTENCY_KEY_REUSED, exhausted RATE_LIMITED, forbidden
 *   ROLES_REFUSED, unavailable when the provider is away. Then nothing is left.
 */
export async function signUp(parts: Parts, wish: Wish): Promise<Claim> {
  const claim = await reserveSignUp(parts.db, wish);
  if (claim.signUp.state !== "reserved") return claim;
  const userId = await identityOf(parts, claim.signUp, wish);
  await start(parts, claim.signUp, userId, wish);
  return claim;
}

async function identityOf(parts: Parts, { signUpId }: SignUp, { profile, password }: Wish): Promise<string> {
  try {
    return await makeIdentity(parts, { email: profile.email, password, roles: profile.roles, signUpId });
  } catch (error) {
    await pastTheCallersTime(() => letGo(parts.db, signUpId));
    throw error;
  }
}

/** Notes the identity and starts the saga, both or neither; of twins one does. Whom somebody else makes, the audit is told of. */
async function start(
  parts: Parts,
  { signUpId, choosesPassword }: SignUp,
  userId: string,
  { actor, profile }: Wish,
): Promise<void> {
  const isStarted = await parts.db.transaction(async (tx) => {
    if (!(await noteIdentity(tx, signUpId, userId))) return false;
    await noteSaga(tx, signUpId, await startSaga(tx, { kind: "sign-up", subjectId: userId }));
    if (choosesPassword) {
      const after = { state: "pending", roles: profile.roles.toSorted().join() };
      await recordAudit(tx, { actor, action: "create", resource: "user", resourceId: userId, after });
    }
    return true;
  });
  if (isStarted || (await findSignUp(parts.db, signUpId))) return;
  // A twin that met a provider in trouble let the sign-up go meanwhile.
  await parts.directory.deleteIdentity(userId);
  throw unavailable("the sign-up was given up just now");
}
