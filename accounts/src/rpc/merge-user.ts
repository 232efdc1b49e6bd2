import { create } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { UserSchema, type User as UserMessage } from "@animal-delivery/contracts/gen/users/v1/user_pb";
import { CreateUserRequestSchema } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import { DomainError } from "@animal-delivery/platform/errors";
import { errorDomain } from "@animal-delivery/platform/rpc/interceptors";
import { assertValid } from "@animal-delivery/platform/rpc/validate";
import type { Profile, User } from "../domain/user.ts";
import { profileOf, userMessage } from "./user-message.ts";

/** What a request may change. */
const MUTABLE = new Set(["email", "display_name", "phone", "locale", "roles"]);

/** Stands in the validation for the address that somebody who signs in by a name alone has not got. */
const NO_EMAIL = "nobody@users.invalid";

/**
 * A user with the fields that the mask names taken from another one.
 *
 * @param paths as protobuf has them: `display_name`.
 * @throws {DomainError} invalid REQUEST_INVALID for a path that names no field or one that cannot change, and when the
 *   result breaks a rule of the contract.
 */
export function mergeUser(current: User, given: UserMessage, paths: readonly string[]): Profile {
  const user = create(UserSchema, userMessage(current));
  const [to, from] = [reflect(UserSchema, user), reflect(UserSchema, given)];
  for (const path of paths) {
    const field = MUTABLE.has(path) ? to.fields.find((field) => field.name === path) : undefined;
    if (!field) throw pathRefused(path);
    if (from.isSet(field)) to.set(field, from.get(field));
    else to.clear(field);
  }
  const isWithoutEmail = user.email === "" && current.email === "";
  // The rules of a whole user are those of one to be created, and so are the names of the fields in a refusal.
  const whole = { ...user, ...(isWithoutEmail && { email: NO_EMAIL }) };
  assertValid(CreateUserRequestSchema, create(CreateUserRequestSchema, { user: whole }), errorDomain("users"));
  return profileOf(user);
}

function pathRefused(path: string): DomainError {
  return new DomainError("invalid", "REQUEST_INVALID", "update_mask names a field that cannot be changed", {
    field: "update_mask",
    path,
  });
}
