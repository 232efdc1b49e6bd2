import type { Queryable } from "@animal-delivery/platform/db/database";
import { currentContext } from "@animal-delivery/platform/request-context";
import { unavailable } from "../domain/refusal.ts";
import type { SignUp } from "../domain/sign-up.ts";
import { findSignUp } from "../store/sign-up-repository.ts";
import { pollUntil } from "./poll.ts";

/** Waits until a sign-up has ended, `waitMs` at most; answers it as it stands then. */
export async function awaitSignUp(db: Queryable, signUpId: string, waitMs: number): Promise<SignUp> {
  return pollUntil(
    async () => {
      const signUp = await findSignUp(db, signUpId);
      if (!signUp) throw unavailable("the sign-up was given up just now");
      return signUp;
    },
    ({ state }) => state === "completed" || state === "failed",
    { waitMs, signal: currentContext()?.signal },
  );
}
