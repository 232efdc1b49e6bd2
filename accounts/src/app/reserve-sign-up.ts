import { randomUUIDv7 } from "node:crypto";
import type { Database, Transaction } from "@animal-delivery/platform/db/database";
import { DomainError } from "@animal-delivery/platform/errors";
import { rateLimited, unavailable } from "../domain/refusal.ts";
import { hashOf, newSecret, newSeed, secretOf } from "../domain/secret.ts";
import type { SignUp } from "../domain/sign-up.ts";
import { emailTaken, type Profile } from "../domain/user.ts";
import { countAttempt } from "../store/attempts.ts";
import { holdForSignUp } from "../store/email-ledger.ts";
import { findSignUp, findSignUpByKey, insertSignUp } from "../store/sign-up-repository.ts";

/** Whom somebody wants to be made. */
export interface Wish {
  /** Who wants it: `anonymous`, or an admin's subject. */
  readonly actor: string;
  readonly profile: Profile;
  /** Undefined for somebody who chooses it by mail. Goes to the identity provider and nowhere else. */
  readonly password: string | undefined;
  /** The idempotency key; undefined without one. */
  readonly key: string | undefined;
}

/** A sign-up, and the token by which its caller alone may ask for it. */
export interface Claim {
  readonly signUp: SignUp;
  readonly pendingToken: string;
}

/**
 * Holds the e-mail address for a new sign-up; or finds the one that the same key began, wherever that stands.
 *
 * @throws {DomainError} alreadyExists EMAIL_TAKEN, keyReused IDEMPOTENCY_KEY_REUSED, exhausted RATE_LIMITED.
 */
export async function reserveSignUp(db: Database, wish: Wish): Promise<Claim> {
  return db.transaction(async (tx) => (await joinSignUp(tx, wish)) ?? (await newSignUp(tx, wish)));
}

async function newSignUp(tx: Transaction, wish: Wish): Promise<Claim> {
  const now = new Date();
  const { actor, profile, key } = wish;
  const signUpId = randomUUIDv7();
  const tokenSeed = key === undefined ? undefined : newSeed();
  const pendingToken = tokenSeed && key !== undefined ? secretOf(tokenSeed, key) : newSecret();
  const isNew = await insertSignUp(tx, {
    signUpId,
    actor,
    profile,
    choosesPassword: wish.password === undefined,
    pendingTokenHash: hashOf(pendingToken),
    tokenSeed,
    keyHash: key === undefined ? undefined : hashOf(key),
    fingerprint: key === undefined ? undefined : fingerprintOf(profile),
    createdAt: now,
  });
  if (!isNew) return twinOf(tx, wish);
  if (!(await holdForSignUp(tx, profile.email, signUpId))) throw emailTaken();
  if (!(await countAttempt(tx, "signUp", profile.email, now))) throw rateLimited();
  const signUp = await findSignUp(tx, signUpId);
  if (!signUp) throw new Error("a sign-up is gone that this transaction wrote");
  return { signUp, pendingToken };
}

/** The one that committed while this one waited for the key; it may have been let go at once. */
async function twinOf(tx: Transaction, wish: Wish): Promise<Claim> {
  const twin = await joinSignUp(tx, wish);
  if (twin) return twin;
  throw unavailable("a first request with this key was given up just now");
}

/** The sign-up that the wish's key began; undefined when there is none, or it failed. */
async function joinSignUp(tx: Transaction, { actor, profile, key }: Wish): Promise<Claim | undefined> {
  if (key === undefined) return undefined;
  const known = await findSignUpByKey(tx, actor, hashOf(key));
  if (!known) return undefined;
  if (!known.fingerprint?.equals(fingerprintOf(profile))) {
    throw new DomainError(
      "keyReused",
      "IDEMPOTENCY_KEY_REUSED",
      "the idempotency key came with another request before",
    );
  }
  // The seed is wiped when the sign-up ends, and then nobody needs the token.
  return { signUp: known.signUp, pendingToken: known.tokenSeed ? secretOf(known.tokenSeed, key) : "" };
}

/** Never of the password: a retry is known by the person it is about. */
function fingerprintOf({ email, displayName }: Profile): Buffer {
  return hashOf(email, displayName);
}
