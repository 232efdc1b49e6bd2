import type { ServiceImpl } from "@connectrpc/connect";
import type { AuthService } from "@animal-delivery/contracts/gen/users/v1/auth_service_pb";
import type { User as CallingUser } from "@animal-delivery/platform/access/caller";
import { DomainError } from "@animal-delivery/platform/errors";
import { grantOf } from "@animal-delivery/platform/rpc/grant";
import { idempotencyKeyOf, mutate } from "@animal-delivery/platform/rpc/mutate";
import { changePassword } from "../app/change-password.ts";
import { endSession } from "../app/end-sessions.ts";
import type { Parts } from "../app/parts.ts";
import { requestEmailChange, requestReset, requestVerification } from "../app/request-mail.ts";
import { resetPassword } from "../app/reset-password.ts";
import { userOfSignUp } from "../app/sign-up-user.ts";
import { verifyEmail } from "../app/verify-email.ts";
import { normalEmail } from "../domain/email.ts";
import { assertUncommon } from "../domain/password.ts";
import { hashOf } from "../domain/secret.ts";
import { signUpNotFound } from "../domain/sign-up.ts";
import { findSignUpByToken } from "../store/sign-up-repository.ts";
import { makeUser, WAIT_MS_DEFAULT } from "./make-user.ts";
import { sessionMessage, userMessage } from "./user-message.ts";

/**
 * How people get in, over RPC. What carries a password takes no idempotency key but a sign-up's, which is remembered without
 * it: not even a hash of a password is kept here.
 */
export function authService(parts: Parts): ServiceImpl<typeof AuthService> {
  const { db, directory } = parts;
  return {
    async signUp({ email, password, displayName, locale, waitMs = WAIT_MS_DEFAULT }, context) {
      const profile = { email: normalEmail(email), displayName, phone: "", locale, roles: ["customer"] as const };
      assertUncommon(password, [profile.email, displayName]);
      const { actor } = grantOf(context).caller;
      const wish = { actor, profile, password, key: idempotencyKeyOf(context) };
      const { user, pendingToken } = await makeUser(parts, wish, { waitMs, context });
      return { user: userMessage(user), pendingToken };
    },

    async getSignUp({ pendingToken }) {
      const signUp = await findSignUpByToken(db, hashOf(pendingToken));
      const user = signUp && (await userOfSignUp(db, signUp));
      if (!user) throw signUpNotFound();
      return { user: userMessage(user) };
    },

    async changePassword({ currentPassword, newPassword }, context) {
      const { subject: userId, sessionId } = personOf(context);
      await changePassword(parts, { userId, sessionId, currentPassword, newPassword });
      return {};
    },

    requestPasswordReset: (request, context) =>
      mutate(db, context, request, async (tx) => {
        await requestReset(tx, normalEmail(request.email));
        return {};
      }),

    async resetPassword({ token, newPassword }) {
      await resetPassword(parts, { token, newPassword });
      return {};
    },

    async requestEmailVerification(_request, context) {
      await requestVerification(parts, personOf(context).subject);
      return {};
    },

    async requestEmailChange({ newEmail, password }, context) {
      const userId = personOf(context).subject;
      await requestEmailChange(parts, { userId, newEmail: normalEmail(newEmail), password });
      return {};
    },

    async verifyEmail({ token }) {
      await verifyEmail(parts, token);
      return {};
    },

    async listSessions(_request, context) {
      const { subject, sessionId } = personOf(context);
      const sessions = await directory.listSessions(subject);
      return { sessions: sessions.map((session) => sessionMessage(session, sessionId)) };
    },

    async revokeSession({ sessionId }, context) {
      if (await endSession(parts, personOf(context).subject, sessionId)) return {};
      throw new DomainError("notFound", "SESSION_NOT_FOUND", "the user has no open session of this id");
    },
  };
}

/** Whom the policy let through as a person who signed in. */
function personOf(context: Parameters<typeof grantOf>[0]): CallingUser {
  const { user } = grantOf(context).caller;
  if (!user) throw new Error("the policy let a caller through who is nobody");
  return user;
}
