import "reflect-metadata";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import type { TlsFiles } from "./watch-tls.ts";
import { privateKeyPem, writePrivate } from "./pem.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
const CA_DAYS = 3_650;
const LEAF_DAYS = 90;
/** A certificate with less time left is made anew. */
const RENEW_DAYS = 30;

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: CryptoKey;
}

/** Where `developmentCertificates` keeps the files of a name. */
export function certificateFiles(folder: string, name: string): TlsFiles {
  return {
    certFile: join(folder, `${name}.pem`),
    keyFile: join(folder, `${name}.key`),
    caFile: join(folder, "ca.pem"),
  };
}

/**
 * Makes a certificate authority and a certificate for each name, for one machine: each is server and client certificate,
 * for `localhost`, the name and both loopback addresses, with the identity `spiffe://animal-delivery/<name>`. What is there
 * and good for 30 days more is kept. Not for production: the authority's key lies beside the certificates.
 */
export async function developmentCertificates(folder: string, names: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = (await readAuthority(folder)) ?? (await makeAuthority(folder));
  for (const name of names) {
    if (!(await isGood(certificateFiles(folder, name), authority))) await makeLeaf(folder, name, authority);
  }
}

async function readAuthority(folder: string): Promise<Authority | undefined> {
  try {
    const certificate = new x509.X509Certificate(await readFile(join(folder, "ca.pem"), "utf8"));
    const der = x509.PemConverter.decodeFirst(await readFile(join(folder, "ca.key"), "utf8"));
    const key = await crypto.subtle.importKey("pkcs8", der, ALGORITHM, true, ["sign"]);
    return isFresh(certificate) ? { certificate, key } : undefined;
  } catch {
    return undefined;
  }
}

async function makeAuthority(folder: string): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=animal-delivery development CA",
    keys,
    signingAlgorithm: ALGORITHM,
    ...validFor(CA_DAYS),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writePrivate(join(folder, "ca.key"), await privateKeyPem(keys.privateKey));
  await writePrivate(join(folder, "ca.pem"), certificate.toString("pem"));
  return { certificate, key: keys.privateKey };
}

async function isGood({ certFile, keyFile }: TlsFiles, authority: Authority): Promise<boolean> {
  try {
    const certificate = new x509.X509Certificate(await readFile(certFile, "utf8"));
    await readFile(keyFile);
    return isFresh(certificate) && (await certificate.verify({ publicKey: authority.certificate.publicKey }));
  } catch {
    return false;
  }
}

async function makeLeaf(folder: string, name: string, authority: Authority): Promise<void> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: authority.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    signingAlgorithm: ALGORITHM,
    ...validFor(LEAF_DAYS),
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "dns", value: name },
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
        { type: "url", value: `spiffe://animal-delivery/${name}` },
      ]),
    ],
  });
  const { certFile, keyFile } = certificateFiles(folder, name);
  await writePrivate(keyFile, await privateKeyPem(keys.privateKey));
  await writePrivate(certFile, certificate.toString("pem"));
}

function isFresh(certificate: x509.X509Certificate): boolean {
  return certificate.notAfter.getTime() - Date.now() > RENEW_DAYS * DAY_MS;
}

/** From yesterday on, since clocks differ. */
function validFor(days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + days * DAY_MS) };
}
