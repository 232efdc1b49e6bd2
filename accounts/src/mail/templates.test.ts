import { describe, expect, it } from "vitest";
import type { LinkKind, NoticeKind } from "../store/mail-queue.ts";
import { isNotice, linkOf, writeLetter, writeNotice } from "./templates.ts";

const KINDS: LinkKind[] = ["choose_password", "reset_password", "verify_email", "change_email"];
const NOTICES: NoticeKind[] = ["password_changed", "email_changed"];

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

describe("writeNotice", () => {
  it.each(NOTICES)("writes %s in both languages, with a name where it may, and nothing to click", (kind) => {
    const write = (locale: string, displayName = "Anna") => writeNotice({ kind, locale, displayName });

    expect(write("de").text).toMatch(/^Hallo Anna,\n\n\S/);
    expect(write("en-GB", "").text).toMatch(/^Hello,\n\n\S/);
    for (const letter of [write("de-AT"), write("")]) {
      expect(letter.text).not.toContain("http");
      expect(letter.subject).toMatch(/^\S[^\r\n]+\S$/);
    }
    expect(write("de-AT")).not.toEqual(write("den"));
  });

  it("is for the kinds that only tell something", () => {
    expect(NOTICES.every(isNotice)).toBe(true);
    expect(KINDS.some(isNotice)).toBe(false);
  });
});

describe("linkOf", () => {
  it("keeps the token from servers and proxies", () => {
    const link = new URL(linkOf("https://animals.example", "verify_email", "t0ken"));
    expect([link.pathname, link.search, link.hash]).toEqual(["/verify-email", "", "#token=t0ken"]);
  });
});
