import { describe } from "vitest";
import { separatorCases } from "../chat-store/idempotency-contract.ts";
import { aliasCases, keyCases, nameCases } from "../chat-store/text-contract.ts";
import type { StoreUnderTest } from "../chat-store/under-test.ts";
import { INVISIBLE, UNPRINTABLE, VISIBLE } from "../chat-store/words.ts";

/** Texts that the contract of the RPCs refuses, and no header carries. */
export function refusedTextContract(at: () => StoreUnderTest): void {
  describe("a text that no face lets through", () => {
    nameCases(at, UNPRINTABLE);
    aliasCases(at, { ...INVISIBLE, ...UNPRINTABLE });
    keyCases(at, { ...VISIBLE, ...INVISIBLE, ...UNPRINTABLE });
  });

  describe("an idempotency key that no header carries", () => {
    separatorCases(at, [" ", "\n"]);
  });
}
