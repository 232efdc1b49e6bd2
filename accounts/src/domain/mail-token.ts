import { DomainError } from "@animal-delivery/platform/errors";

export function mailTokenInvalid(): DomainError {
  return new DomainError("invalid", "MAIL_TOKEN_INVALID", "the token is unknown, used, or too old");
}
