import type { MailKind } from "../store/mail-queue.ts";

type Language = "en" | "de";

/** What a mail is made of. */
export interface Letter {
  readonly kind: MailKind;
  /** BCP 47; whatever is not German is written to in English. */
  readonly locale: string;
  /** Empty where the name is not for the reader. */
  readonly displayName: string;
  readonly link: string;
}

interface Template {
  readonly subject: string;
  /** What the link is for. */
  readonly purpose: string;
  /** How long it is good, and what else there is to say. */
  readonly rest: string;
}

const GREETINGS = { en: "Hello", de: "Hallo" } as const satisfies Record<Language, string>;

/** The page of the public origin to which each mail leads. The token stands behind `#`: no server or proxy logs it. */
const PAGES = {
  choose_password: "/reset-password",
  reset_password: "/reset-password",
  verify_email: "/verify-email",
  change_email: "/verify-email",
} as const satisfies Record<MailKind, string>;

const TEMPLATES: Record<Language, Record<MailKind, Template>> = {
  en: {
    choose_password: {
      subject: "Choose your password",
      purpose: "An account was made for you. Choose a password and sign in with this e-mail address:",
      rest: "The link is good for 24 hours. After that, ask for a new password when you sign in.",
    },
    reset_password: {
      subject: "Choose a new password",
      purpose: "Somebody, you we hope, asked for a new password. Choose one here:",
      rest: "The link is good for 30 minutes. If it was not you, there is nothing to do: your password stays as it is.",
    },
    verify_email: {
      subject: "Confirm your e-mail address",
      purpose: "Confirm that this e-mail address is yours:",
      rest: "The link is good for 24 hours.",
    },
    change_email: {
      subject: "Confirm your new e-mail address",
      purpose: "From now on you want to sign in with this e-mail address. Confirm that it is yours:",
      rest: "The link is good for 24 hours. If you know nothing of this, there is nothing to do.",
    },
  },
  de: {
    choose_password: {
      subject: "Wählen Sie Ihr Passwort",
      purpose:
        "Für Sie wurde ein Konto angelegt. Wählen Sie ein Passwort und melden Sie sich mit dieser E-Mail-Adresse an:",
      rest: "Der Link gilt 24 Stunden. Danach fordern Sie beim Anmelden ein neues Passwort an.",
    },
    reset_password: {
      subject: "Wählen Sie ein neues Passwort",
      purpose: "Jemand, hoffentlich Sie, hat ein neues Passwort angefordert. Hier wählen Sie es:",
      rest: "Der Link gilt 30 Minuten. Wenn Sie es nicht waren, ist nichts zu tun: Ihr Passwort bleibt, wie es ist.",
    },
    verify_email: {
      subject: "Bestätigen Sie Ihre E-Mail-Adresse",
      purpose: "Bestätigen Sie, dass diese E-Mail-Adresse Ihre ist:",
      rest: "Der Link gilt 24 Stunden.",
    },
    change_email: {
      subject: "Bestätigen Sie Ihre neue E-Mail-Adresse",
      purpose: "Sie möchten sich künftig mit dieser E-Mail-Adresse anmelden. Bestätigen Sie, dass sie Ihre ist:",
      rest: "Der Link gilt 24 Stunden. Wenn Sie nichts davon wissen, ist nichts zu tun.",
    },
  },
};

/** Where a mail leads. */
export function linkOf(publicOrigin: string, kind: MailKind, token: string): string {
  return `${publicOrigin}${PAGES[kind]}#token=${token}`;
}

/** Subject and text of a mail. */
export function writeLetter({ kind, locale, displayName, link }: Letter): { subject: string; text: string } {
  const language: Language = /^de(-|$)/.test(locale) ? "de" : "en";
  const { subject, purpose, rest } = TEMPLATES[language][kind];
  const greeting = displayName === "" ? GREETINGS[language] : `${GREETINGS[language]} ${displayName}`;
  return { subject, text: `${greeting},\n\n${purpose}\n\n${link}\n\n${rest}\n` };
}
