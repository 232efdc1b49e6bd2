// One suite over both ways to send a mail: a folder of files, and a real SMTP server in this process.
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MailSender } from "../src/mail/mail-sender.ts";
import { openMailSender } from "../src/mail/open-mail-sender.ts";

const FROM = "Animal Delivery <no-reply@animals.example>";
const WRITER = { from: FROM, replyTo: "help@animals.example" };

/** What arrived, as raw mails. */
interface Setup {
  readonly sender: MailSender;
  arrived(): Promise<string[]>;
}

const open = new AsyncDisposableStack();
afterAll(() => open.disposeAsync());

async function folderSetup(): Promise<Setup & { readonly folder: string }> {
  const parent = await mkdtemp(join(tmpdir(), "mails-"));
  open.defer(() => rm(parent, { recursive: true }));
  const folder = join(parent, "made", "when needed");
  const sender = open.use(openMailSender({ smtpUrl: undefined, folder, ...WRITER }));
  return {
    sender,
    folder,
    arrived: async () => {
      const names = (await readdir(folder)).toSorted();
      return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    },
  };
}

async function smtpSetup(): Promise<Setup> {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        mails.push(Buffer.concat(chunks).toString("utf8"));
        done();
      });
    },
  });
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  open.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = listening.address() as AddressInfo;
  const sender = open.use(openMailSender({ smtpUrl: `smtp://127.0.0.1:${port}`, folder: "", ...WRITER }));
  return { sender, arrived: async () => mails };
}

describe.each([
  ["the folder", folderSetup],
  ["SMTP", smtpSetup],
])("a mail by %s", (_name, start: () => Promise<Setup>) => {
  let setup: Setup;
  beforeAll(async () => {
    setup = await start();
  });

  it("arrives with sender, recipient, subject and text", async () => {
    const mailId = "01982f5e-7c00-7000-8000-000000000001";
    const text = "Hallo Jürgen,\n\nhttps://animals.example/reset-password#token=abc_-123=\n.\nEnde\n";

    await setup.sender.send({
      mailId,
      userId: "u",
      to: "juergen@example.com",
      subject: "Wählen Sie ein Passwort",
      text,
    });

    const mail = readMail((await setup.arrived()).at(-1) ?? "");
    expect(mail.headers).toMatchObject({
      from: FROM,
      "reply-to": WRITER.replyTo,
      to: "juergen@example.com",
      subject: "Wählen Sie ein Passwort",
      "message-id": `<${mailId}@animals.example>`,
    });
    expect(Date.parse(mail.headers.date ?? "")).toBeGreaterThan(Date.now() - 60_000);
    expect(mail.text.trimEnd()).toBe(text.trimEnd());
  });

  it("cannot be given headers by what stands in its subject", async () => {
    await setup.sender.send({
      mailId: "01982f5e-7c00-7000-8000-000000000002",
      userId: "u",
      to: "anna@example.com",
      subject: "Hello\r\nBcc: everybody@example.com",
      text: "Hello\n",
    });

    expect(readMail((await setup.arrived()).at(-1) ?? "").headers).not.toHaveProperty("bcc");
  });

  it("goes out beside others", async () => {
    const before = (await setup.arrived()).length;

    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        setup.sender.send({
          mailId: `01982f5e-7c00-7000-8000-00000000010${n}`,
          userId: "u",
          to: "a@example.com",
          subject: "s",
          text: "t\n",
        }),
      ),
    );

    expect(await setup.arrived()).toHaveLength(before + 10);
  });
});

describe("the folder", () => {
  it("keeps mails for our own eyes, each whole under its id", async () => {
    const { sender, folder } = await folderSetup();
    await sender.send({ mailId: "a", userId: "u", to: "a@example.com", subject: "s", text: "t\n" });

    expect(await readdir(folder)).toEqual(["a.eml"]);
    expect((await stat(join(folder, "a.eml"))).mode & 0o777).toBe(0o600);
  });

  it("lets go of one user's mails, whatever others write in theirs", async () => {
    const { sender, folder } = await folderSetup();
    await sender.forget("anna");
    const mail = { to: "a@example.com", subject: "s" };
    await sender.send({ ...mail, mailId: "a", userId: "anna", text: "t\n" });
    await sender.send({ ...mail, mailId: "b", userId: "anna-maria", text: "t\n" });
    await sender.send({ ...mail, mailId: "c", userId: "boris", text: "\nX-User-Id: anna\n" });

    await Promise.all([sender.forget("anna"), sender.forget("anna")]);

    expect((await readdir(folder)).toSorted()).toEqual(["b.eml", "c.eml"]);
  });

  it("lets go of old mails and of what a crash left, and of nothing that is somebody else's", async () => {
    const { sender, folder } = await folderSetup();
    expect(await sender.purge(new Date())).toBe(0);
    const old = new Date("2026-01-01T00:00:00Z");
    await sender.send({ mailId: "new", userId: "u", to: "a@example.com", subject: "s", text: "t\n" });
    for (const name of ["old.eml", ".cut.part", "readme.txt"]) {
      await writeFile(join(folder, name), "");
      await utimes(join(folder, name), old, old);
    }

    expect(await sender.purge(new Date("2026-01-02T00:00:00Z"))).toBe(2);

    expect((await readdir(folder)).toSorted()).toEqual(["new.eml", "readme.txt"]);
  });
});

describe("SMTP", () => {
  it("does not repeat what a server says of a recipient, which is for no log", async () => {
    await using server = createServer((socket) => {
      socket.write("220 here\r\n");
      socket.on("data", (data) => {
        const [verb = ""] = data.toString().split(" ");
        socket.write(verb === "RCPT" ? "550 5.1.1 <anna@example.com> is not here\r\n" : "250 yes\r\n");
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await using sender = openMailSender({ smtpUrl: `smtp://127.0.0.1:${port}`, folder: "", ...WRITER });

    const error: unknown = await sender
      .send({ mailId: "a", userId: "u", to: "anna@example.com", subject: "s", text: "t" })
      .catch((error: unknown) => error);

    expect(inspect(error, { depth: 9 })).not.toContain("anna@example.com");
    expect(String(error)).toContain("550");
  });

  it("says when the server is away", async () => {
    await using sender = openMailSender({ smtpUrl: "smtp://127.0.0.1:1", folder: "", ...WRITER });
    await expect(
      sender.send({ mailId: "a", userId: "u", to: "a@example.com", subject: "s", text: "t" }),
    ).rejects.toThrow("ECONNREFUSED");
  });
});

/** A raw mail with its headers by lower-case name, and its text, as who reads it sees them. */
function readMail(raw: string): { headers: Record<string, string>; text: string } {
  const [head = "", ...rest] = raw.replaceAll("\r\n", "\n").split("\n\n");
  const lines = head.replaceAll(/\n[ \t]+/g, " ").split("\n");
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      decodeWords(line.slice(line.indexOf(":") + 2)),
    ]),
  );
  const body = rest.join("\n\n");
  const isQuoted = headers["content-transfer-encoding"] === "quoted-printable";
  return { headers, text: isQuoted ? decodeQuoted(body.replaceAll("=\n", "")) : body };
}

function decodeWords(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(/=\?utf-8\?q\?([^?]*)\?=/gi, (_, word: string) => decodeQuoted(word.replaceAll("_", " ")))
    .replaceAll(/=\?utf-8\?b\?([^?]*)\?=/gi, (_, word: string) => Buffer.from(word, "base64").toString("utf8"));
}

function decodeQuoted(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
