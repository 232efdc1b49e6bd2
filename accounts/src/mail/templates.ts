import type { LinkKind, MailKind, NoticeKind } from "../store/mail-queue.ts";

type Language = "en" | "de";

/** Who reads a mail. */
interface Reader {
  /** BCP 47; whatever is not German is written to in English. */
  readonly locale: string;
  /** Empty where the name is not for the reader. */
  readonly displayName: string;
}

/** A mail as it is read. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
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
} as const satisfies Record<LinkKind, string>;

const TEMPLATES: Record<Language, Record<LinkKind, Template>> = {
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

interface Notice {
  readonly subject: string;
  /** What was done. */
  readonly what: string;
  /** What to do for who did not do it. */
  readonly rest: string;
}

const NOTICES: Record<Language, Record<NoticeKind, Notice>> = {
  en: {
    password_changed: {
      subject: "Your password was changed",
      what: "The password of your account was changed, and every other session was signed out.",
      rest: "If it was not you, ask for a new password when you sign in, and answer this mail.",
    },
    email_changed: {
      subject: "Your e-mail address was changed",
      what: "Your account has another e-mail address from now on. This one is no good for signing in any more.",
      rest: "If it was not you, answer this mail at once.",
    },
  },
  de: {
    password_changed: {
      subject: "Ihr Passwort wurde geändert",
      what: "Das Passwort Ihres Kontos wurde geändert, und alle anderen Sitzungen wurden abgemeldet.",
      rest: "Wenn Sie es nicht waren, fordern Sie beim Anmelden ein neues Passwort an, und antworten Sie auf diese Mail.",
    },
    email_changed: {
      subject: "Ihre E-Mail-Adresse wurde geändert",
      what: "Ihr Konto hat ab jetzt eine andere E-Mail-Adresse. Mit dieser können Sie sich nicht mehr anmelden.",
      rest: "Wenn Sie es nicht waren, antworten Sie sofort auf diese Mail.",
    },
  },
};

/** Whether a mail only tells something. */
export function isNotice(kind: MailKind): kind is NoticeKind {
  return kind in NOTICES.en;
}

/** Where a mail leads. */
export function linkOf(publicOrigin: string, kind: LinkKind, token: string): string {
  return `${publicOrigin}${PAGES[kind]}#token=${token}`;
}

/** A mail with a link. */
export function writeLetter({ kind, link, ...reader }: Reader & { kind: LinkKind; link: string }): Letter {
  const { subject, purpose, rest } = TEMPLATES[languageOf(reader)][kind];
  return { subject, text: textOf(reader, [purpose, link, rest]) };
}

/** A mail that only tells something. */
export function writeNotice({ kind, ...reader }: Reader & { kind: NoticeKind }): Letter {
  const { subject, what, rest } = NOTICES[languageOf(reader)][kind];
  return { subject, text: textOf(reader, [what, rest]) };
}

function languageOf({ locale }: Reader): Language {
  return /^de(-|$)/.test(locale) ? "de" : "en";
}

function textOf(reader: Reader, paragraphs: readonly string[]): string {
  const greeting = GREETINGS[languageOf(reader)];
  const named = reader.displayName === "" ? greeting : `${greeting} ${reader.displayName}`;
  return `${[`${named},`, ...paragraphs].join("\n\n")}\n`;
}
