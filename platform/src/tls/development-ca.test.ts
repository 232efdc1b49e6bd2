import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { certificateFiles, developmentCertificates } from "./development-ca.ts";

const DAY_MS = 86_400_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ca-"));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

describe("developmentCertificates", () => {
  it("makes a certificate that names the service and this machine", async () => {
    await developmentCertificates(folder, ["orders"]);

    const certificate = await read("orders");
    expect(certificate.subjectAltName?.split(", ").sort()).toEqual([
      "DNS:localhost",
      "DNS:orders",
      "IP Address:0:0:0:0:0:0:0:1",
      "IP Address:127.0.0.1",
      "URI:spiffe://animal-delivery/orders",
    ]);
    const authority = new X509Certificate(await readFile(join(folder, "ca.pem")));
    expect(certificate.checkIssued(authority)).toBe(true);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(authority.ca).toBe(true);
    expect(certificate.ca).toBe(false);
  });

  it("keeps keys from other users of the machine", async () => {
    await developmentCertificates(folder, ["orders"]);

    expect((await stat(certificateFiles(folder, "orders").keyFile)).mode & 0o077).toBe(0);
    expect((await stat(join(folder, "ca.key"))).mode & 0o077).toBe(0);
  });

  it("keeps what is good, and adds what is missing", async () => {
    await developmentCertificates(folder, ["orders"]);
    const before = await read("orders");

    await developmentCertificates(folder, ["orders", "delivery"]);

    expect((await read("orders")).serialNumber).toBe(before.serialNumber);
    expect((await read("delivery")).subject).toBe("CN=delivery");
  });

  it("renews a certificate in its last month", async () => {
    await developmentCertificates(folder, ["orders"]);
    const before = await read("orders");

    vi.useFakeTimers({ now: Date.now() + 61 * DAY_MS, toFake: ["Date"] });
    await developmentCertificates(folder, ["orders"]);

    const after = await read("orders");
    expect(after.serialNumber).not.toBe(before.serialNumber);
    expect(after.validToDate.getTime() - before.validToDate.getTime()).toBeGreaterThan(60 * DAY_MS);
  });

  it("makes everything anew when the authority is lost", async () => {
    await developmentCertificates(folder, ["orders"]);
    const before = await read("orders");
    await rm(join(folder, "ca.key"));

    await developmentCertificates(folder, ["orders"]);

    expect((await read("orders")).serialNumber).not.toBe(before.serialNumber);
  });
});

async function read(name: string): Promise<X509Certificate> {
  return new X509Certificate(await readFile(certificateFiles(folder, name).certFile));
}
