import { createTransport } from "nodemailer";
import { messageId, type MailSender } from "./mail-sender.ts";

const CONNECT_MS = 5_000;
const SILENCE_MS = 15_000;

/** Sends by an SMTP server: `smtp://user:password@host:587`, with STARTTLS where it is offered; `smtps://` for TLS from the first byte. */
export function smtpSender({ url, from }: { readonly url: string; readonly from: string }): MailSender {
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
      await transport.sendMail({ from, to, subject, text, messageId: messageId(mailId, from) });
    },
    // A mail that is sent is in its recipient's hands.
    forget: async () => undefined,
    purge: async () => 0,
    async [Symbol.asyncDispose]() {
      transport.close();
    },
  };
}
