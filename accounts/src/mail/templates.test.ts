import { describe, expect, it } from "vitest";
import type { MailKind } from "../store/mail-queue.ts";
import { linkOf, writeLetter } from "./templates.ts";

const KINDS: MailKind[] = ["choose_password", "reset_password", "verify_email", "change_email"];

describe("writeLetter", () => {
  it.each(KINDS)("writes %s in both languages, with name and link", (kind) => {
    const link = linkOf("https://animals.example", kind, "t0ken");
    const write = (locale: string) => writeLetter({ kind, locale, displayName: "Anna", link });

    expect(write("de").text).toMatch(/^Hallo Anna,\n/);
    expect(write("en-GB").text).toMatch(/^Hello Anna,\n/);
    for (const letter of [write("de-AT"), write("")]) {
      expect(letter.text).toContain(`\n\n${link}\n\n`);
      expect(letter.subject).toMatch(/^\S[^\r\n]+\S$/);
    }
    expect(write("de-AT")).not.toEqual(write("den"));
    expect(write("den")).toEqual(write(""));
  });

  it("greets nobody by a name that is not for them", () => {
    const letter = writeLetter({ kind: "change_email", locale: "", displayName: "", link: "https://animals.example" });
    expect(letter.text).toMatch(/^Hello,\n/);
  });
});

describe("linkOf", () => {
  it("keeps the token from servers and proxies", () => {
    const link = new URL(linkOf("https://animals.example", "verify_email", "t0ken"));
    expect([link.pathname, link.search, link.hash]).toEqual(["/verify-email", "", "#token=t0ken"]);
  });
});
