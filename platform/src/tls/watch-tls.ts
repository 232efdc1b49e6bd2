import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";

/** Paths of PEM files: the certificate (with its chain), its key, and the authorities that are trusted. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

/** What the files hold, as node:tls wants it. */
export interface TlsKeys {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** A certificate that may be replaced while the process runs. */
export interface TlsMaterial extends Disposable {
  current(): TlsKeys;
  /** Calls `listener` after each replacement; answers how to stop that. */
  onChange(listener: (keys: TlsKeys) => void): () => void;
}

export interface WatchTlsOptions {
  /** How often the files are read. */
  readonly intervalMs?: number;
}

/**
 * Reads the files now, and again every ten seconds. Polling sees what file events miss: mounted secrets are swapped by
 * symbolic links. New files count only when key and certificate fit: a rotation may be half done.
 *
 * @throws {Error} when the files cannot be read or do not fit at the start.
 */
export function watchTls(files: TlsFiles, { intervalMs = 10_000 }: WatchTlsOptions = {}): TlsMaterial {
  const listeners = new Set<(keys: TlsKeys) => void>();
  let current: TlsKeys = {
    cert: readFileSync(files.certFile, "utf8"),
    key: readFileSync(files.keyFile, "utf8"),
    ca: readFileSync(files.caFile, "utf8"),
  };
  createSecureContext(current);

  const look = async (): Promise<void> => {
    const keys = await readUsable(files);
    if (!keys || (keys.cert === current.cert && keys.key === current.key && keys.ca === current.ca)) return;
    current = keys;
    for (const listener of listeners) listener(keys);
  };
  const timer = setInterval(() => void look(), intervalMs).unref();

  return {
    current: () => current,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** The files as they are now; undefined while they cannot be read or do not fit. */
async function readUsable({ certFile, keyFile, caFile }: TlsFiles): Promise<TlsKeys | undefined> {
  try {
    const [cert, key, ca] = await Promise.all([certFile, keyFile, caFile].map((file) => readFile(file, "utf8")));
    const keys = { cert: cert ?? "", key: key ?? "", ca: ca ?? "" };
    createSecureContext(keys);
    return keys;
  } catch {
    return undefined;
  }
}
