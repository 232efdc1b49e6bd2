import { homedir } from "node:os";
import { join } from "node:path";
import type { Environment } from "@animal-delivery/platform/config/load-config";
import type { Logger } from "@animal-delivery/platform/log/logger";
import { certificateFiles, developmentCertificates } from "@animal-delivery/platform/tls/development-ca";
import type { Settings } from "./flags.ts";

const NAME = "messenger";

/** Paths of PEM files. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** The authority whose certificates callers must show; they need none when undefined. */
  readonly clientCaFile: string | undefined;
}

/** The certificate that was given; without one a certificate that is good on this machine alone, made now or earlier. */
export async function openCertificate(settings: Settings, env: Environment, log: Logger): Promise<CertificateFiles> {
  const { tlsCert, tlsKey, tlsClientCa: clientCaFile } = settings;
  if (tlsCert !== undefined && tlsKey !== undefined) return { certFile: tlsCert, keyFile: tlsKey, clientCaFile };
  const folder = settings.tlsFolder ?? join(dataFolder(env), NAME, "certificates");
  await developmentCertificates(folder, [NAME]);
  const { certFile, keyFile, caFile } = certificateFiles(folder, NAME);
  log.info("no --tls-cert: this certificate is for development alone", { ca_file: caFile });
  return { certFile, keyFile, clientCaFile };
}

/** Where programs keep a user's data, by the XDG base directories. */
function dataFolder(env: Environment): string {
  return env["XDG_DATA_HOME"] || join(homedir(), ".local", "share");
}
