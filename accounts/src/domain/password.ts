import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { DomainError } from "@animal-delivery/platform/errors";

/** Guessed in fewer than 10^8 tries by somebody who begins with what people usually take. */
const SCORE_REFUSED_MAX = 2;

/** Looking at more takes long and says nothing new: a good password is good by then, some 100 ms for the oddest. */
const CHARS_CHECKED = 32;

let checker: ZxcvbnFactory | undefined;

/** Unpacks some 50,000 common passwords at the first use. */
function checkerOfPasswords(): ZxcvbnFactory {
  checker ??= new ZxcvbnFactory({
    dictionary,
    graphs: adjacencyGraphs,
    maxLength: CHARS_CHECKED,
    l33tMaxSubstitutions: 16,
  });
  return checker;
}

/**
 * Refuses a password that everybody tries first: common ones in any case and spelling, what is easily made of them, rows of
 * keys, repetitions, and the person's own name or address.
 *
 * @param personal what is known of the person: e-mail address, name.
 * @throws {DomainError} invalid PASSWORD_COMMON.
 */
export function assertUncommon(password: string, personal: readonly string[]): void {
  const lower = password.toLowerCase();
  const words = personal.map((text) => text.toLowerCase()).filter((text) => text !== "");
  const isPersonal = words.some((word) => word === lower.trim());
  if (!isPersonal && checkerOfPasswords().check(password, words).score > SCORE_REFUSED_MAX) return;
  throw new DomainError("invalid", "PASSWORD_COMMON", "the password is one of those that everybody tries first");
}
