import {
  CloseAccountSchema,
  ConfirmIdentitySchema,
  CreateProfileSchema,
  DisableIdentitySchema,
  EnableIdentitySchema,
  EraseIdentitySchema,
  EraseProfileSchema,
  RemoveProfileSchema,
  ReopenAccountSchema,
  RestoreIdentitySchema,
  SuspendIdentitySchema,
  WithdrawIdentitySchema,
} from "@animal-delivery/contracts/gen/users/v1/user_commands_pb";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { command, step, type Step } from "@animal-delivery/platform/saga/step";
import * as deletion from "../app/deletion-steps.ts";
import type { Parts } from "../app/parts.ts";
import * as signUp from "../app/sign-up-steps.ts";

type Effect = (parts: Parts, tx: Transaction, userId: string) => Promise<void>;

/** The steps that accounts takes in sagas: `identity` to `enable` of a sign-up, the others of a deletion. */
export function sagaSteps(parts: Parts): Step[] {
  const of =
    (effect: Effect) =>
    (tx: Transaction, { userId }: { userId: string }) =>
      effect(parts, tx, userId);
  return [
    step("identity", {
      take: command(ConfirmIdentitySchema, of(signUp.confirmIdentity)),
      undo: command(WithdrawIdentitySchema, (tx, asked) => signUp.withdrawIdentity(parts, tx, asked)),
    }),
    step("profile", {
      take: command(CreateProfileSchema, of(signUp.createProfile)),
      undo: command(RemoveProfileSchema, of(signUp.removeProfile)),
    }),
    step("enable", {
      take: command(EnableIdentitySchema, of(signUp.enableIdentity)),
      undo: command(SuspendIdentitySchema, of(signUp.suspendIdentity)),
    }),

    step("account", {
      take: command(CloseAccountSchema, of(deletion.closeAccount)),
      undo: command(ReopenAccountSchema, (tx, asked) => deletion.reopenAccount(parts, tx, asked)),
    }),
    step("sign-in", {
      take: command(DisableIdentitySchema, of(deletion.disableIdentity)),
      undo: command(RestoreIdentitySchema, of(deletion.restoreIdentity)),
    }),
    step("profile", { take: command(EraseProfileSchema, of(deletion.eraseProfile)) }),
    step("identity", { take: command(EraseIdentitySchema, of(deletion.eraseIdentity)) }),
  ];
}
