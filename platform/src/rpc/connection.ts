import type { SecureClientSessionOptions } from "node:http2";
import { isIPv6, type LookupFunction } from "node:net";
import { openSession, type OpenSession } from "./open-session.ts";

/** Something that requests can be begun on. */
export interface Connection {
  /** @throws {ConnectError} Unavailable when no connection can be opened. */
  ready(): Promise<OpenSession>;
}

/** One connection that is opened when it is needed and replaced when it ends. */
export interface OneConnection extends Connection {
  /** What is open at this moment. */
  session(): OpenSession | undefined;
  /** Takes no more requests; those it has go on. */
  close(): void;
}

export interface ConnectionOptions {
  /** `https://orders:9010`: what the certificate must name. */
  readonly authority: string;
  /** Where to connect to instead of asking what the authority's name stands for. */
  readonly address?: string;
  readonly tls: SecureClientSessionOptions;
  /** A connection that was open is not any more. */
  readonly onLost?: () => void;
}

export function createConnection({ authority, address, tls, onLost }: ConnectionOptions): OneConnection {
  const options = address === undefined ? tls : { ...tls, lookup: alwaysAnswer(address) };
  let current: Promise<OpenSession> | undefined;
  let session: OpenSession | undefined;

  const open = (): Promise<OpenSession> => {
    const opening = openSession(authority, options, () => {
      if (current !== opening) return;
      current = undefined;
      session = undefined;
      onLost?.();
    });
    current = opening;
    const remember = async (): Promise<void> => {
      const opened = await opening;
      if (current === opening) session = opened;
    };
    remember().catch(() => undefined);
    return opening;
  };

  return {
    ready: () => current ?? open(),
    session: () => session,
    close: () => void current?.then((opened) => opened.close()).catch(() => undefined),
  };
}

function alwaysAnswer(address: string): LookupFunction {
  const family = isIPv6(address) ? 6 : 4;
  return (_host, { all }, answer) => (all ? answer(null, [{ address, family }]) : answer(null, address, family));
}
