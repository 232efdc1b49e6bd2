import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificateFiles, developmentCertificates } from "../tls/development-ca.ts";
import { watchTls, type TlsFiles, type TlsMaterial } from "../tls/watch-tls.ts";

/** A certificate authority for one test file. */
export interface TestCertificates extends AsyncDisposable {
  readonly folder: string;
  filesOf(name: string): TlsFiles;
  tlsOf(name: string): TlsMaterial;
}

/** Makes an authority and certificates for the names in a folder of their own. */
export async function testCertificates(names: readonly string[]): Promise<TestCertificates> {
  const folder = await mkdtemp(join(tmpdir(), "certificates-"));
  await developmentCertificates(folder, names);
  const filesOf = (name: string): TlsFiles => certificateFiles(folder, name);
  return {
    folder,
    filesOf,
    tlsOf: (name) => watchTls(filesOf(name)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
