import { copyFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testCertificates, type TestCertificates } from "../testing/certificates.ts";
import { watchTls } from "./watch-tls.ts";

let certificates: TestCertificates;
let others: TestCertificates;
beforeEach(async () => {
  [certificates, others] = await Promise.all([testCertificates(["orders"]), testCertificates(["orders"])]);
});
afterEach(() => Promise.all([certificates[Symbol.asyncDispose](), others[Symbol.asyncDispose]()]));

describe("watchTls", () => {
  it("tells of new files, once they fit each other", async () => {
    const files = certificates.filesOf("orders");
    using tls = watchTls(files, { intervalMs: 5 });
    const seen: string[] = [];
    tls.onChange(({ cert }) => seen.push(cert));
    const before = tls.current();

    await copyFile(others.filesOf("orders").certFile, files.certFile);
    await sleep(50);
    expect(tls.current()).toEqual(before);

    await copyFile(others.filesOf("orders").keyFile, files.keyFile);
    await expect.poll(() => seen).toEqual([others.tlsOf("orders").current().cert]);
    expect(tls.current().key).toBe(others.tlsOf("orders").current().key);
  });

  it("keeps what it has when a file is broken", async () => {
    const files = certificates.filesOf("orders");
    using tls = watchTls(files, { intervalMs: 5 });
    const before = tls.current();

    await writeFile(files.certFile, "nonsense");
    await sleep(50);

    expect(tls.current()).toEqual(before);
  });

  it("refuses to start with files that do not fit", async () => {
    const { certFile, caFile } = certificates.filesOf("orders");
    const { keyFile } = others.filesOf("orders");

    expect(() => watchTls({ certFile, keyFile, caFile })).toThrow(/key values mismatch/);
  });
});
