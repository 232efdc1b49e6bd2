/** How a machine without IPv6 says so. */
const NO_IPV6 = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"]);

/** What listens at one address. */
export interface Listening {
  readonly port: number;
  /** Ends it at once, with whatever it is doing. */
  readonly abandon: () => Promise<void>;
}

/**
 * Listens at an address; at both loopback addresses, with one port, for `localhost`: a client may try either.
 *
 * @param port 0 takes a free one.
 */
export async function listenAt<L extends Listening>(
  host: string,
  port: number,
  listen: (host: string, port: number) => Promise<L>,
): Promise<readonly [L, ...L[]]> {
  if (host !== "localhost") return [await listen(host, port)];
  const first = await listen("127.0.0.1", port);
  try {
    return [first, await listen("::1", first.port)];
  } catch (error) {
    if (NO_IPV6.has((error as NodeJS.ErrnoException).code ?? "")) return [first];
    await first.abandon();
    throw error;
  }
}
