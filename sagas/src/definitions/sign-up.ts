import {
  EraseWelcomeNoteSchema,
  WriteWelcomeNoteSchema,
} from "@animal-delivery/contracts/gen/notes/v1/note_commands_pb";
import {
  ConfirmIdentitySchema,
  CreateProfileSchema,
  EnableIdentitySchema,
  RemoveProfileSchema,
  SuspendIdentitySchema,
  WithdrawIdentitySchema,
} from "@animal-delivery/contracts/gen/users/v1/user_commands_pb";
import { command, saga, step, user, userAndReason } from "./define.ts";
import { SOON } from "./patience.ts";

/**
 * Somebody becomes a user. Accounts made the identity, disabled, before it asked for this saga; nobody can sign in before the
 * last step, so a sign-up that comes to nothing was never seen. The identity goes last: with it the e-mail address is free.
 */
export const signUp = saga("sign-up", [
  step("identity", "accounts", {
    ...SOON,
    take: command(ConfirmIdentitySchema, user),
    undo: command(WithdrawIdentitySchema, userAndReason),
  }),
  step("profile", "accounts", {
    ...SOON,
    take: command(CreateProfileSchema, user),
    undo: command(RemoveProfileSchema, user),
  }),
  step("welcome-note", "notes", {
    ...SOON,
    take: command(WriteWelcomeNoteSchema, user),
    undo: command(EraseWelcomeNoteSchema, user),
  }),
  step("enable", "accounts", {
    ...SOON,
    take: command(EnableIdentitySchema, user),
    undo: command(SuspendIdentitySchema, user),
  }),
]);
