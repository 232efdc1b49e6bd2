import { describe, expect, it } from "vitest";
import { assertUncommon } from "./password.ts";

const ANNA = ["anna.schmidt@example.com", "Anna Schmidt"];

describe("assertUncommon", () => {
  it.each([
    "seventeen tame ferrets",
    "nineteen wild otters",
    "x9K#mq2Lw0Zp",
    "correct horse battery staple",
    "тридцать три коровы",
    "🦦🦦 and 12 other 🐾",
  ])("lets %j through", (password) => {
    expect(() => assertUncommon(password, ANNA)).not.toThrow();
  });

  it.each([
    "passwordpassword",
    "PASSWORD1234",
    "P@ssw0rd1234!",
    "123456789012",
    "qwertyuiop123",
    "iloveyou1234",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "password".repeat(16),
    "anna.schmidt@example.com",
    "ANNA.SCHMIDT@EXAMPLE.COM",
    "Anna Schmidt",
    " anna schmidt ",
    "Anna Schmidt1",
  ])("refuses %j", (password) => {
    expect(() => assertUncommon(password, ANNA)).toThrow(expect.objectContaining({ reason: "PASSWORD_COMMON" }));
  });
});
