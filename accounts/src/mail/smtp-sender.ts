import { createTransport } from "nodemailer";
import { messageId, type MailSender, type Writer } from "./mail-sender.ts";

const CONNECT_MS = 5_000;
const SILENCE_MS = 15_000;

/** Sends by an SMTP server: `smtp://user:password@host:587`, with STARTTLS where it is offered; `smtps://` for TLS from the first byte. */
export function smtpSender({ url, from, replyTo }: Writer & { readonly url: string }): MailSender {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 2,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
  });
  return {
    async send({ mailId, to, subject, text }) {
      await transport
        .sendMail({ from, replyTo, to, subject, text, messageId: messageId(mailId, from) })
        .catch((error: unknown) => {
          throw withoutWords(error);
        });
    },
    // A mail that is sent is in its recipient's hands.
    forget: async () => undefined,
    purge: async () => 0,
    async [Symbol.asyncDispose]() {
      transport.close();
    },
  };
}

interface Refusal {
  readonly code?: string;
  readonly command?: string;
  /** Of the server's answer. */
  readonly responseCode?: number;
}

/** What refuses a recipient quotes their address, which no log line may hold. */
function withoutWords(error: unknown): unknown {
  const { code = "", command = "", responseCode } = error as Refusal;
  if (responseCode === undefined && code !== "EENVELOPE") return error;
  return new Error(`the mail was refused: ${[code, command, responseCode ?? ""].join(" ").trim()}`);
}
