import type { Transport } from "@connectrpc/connect";
import { ROUTED_SERVICES } from "@animal-delivery/contracts/gen/services";
import { createRpcTransport } from "@animal-delivery/platform/rpc/client";
import { peerOf } from "@animal-delivery/platform/rpc/peer-of";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { TlsMaterial } from "@animal-delivery/platform/tls/watch-tls";

/** Where a service of the platform is called, by its name: `orders`. */
export type Downstream = (peer: string) => Transport;

export interface DownstreamOptions {
  /** By peer: `https://127.0.0.1:9011`. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  readonly telemetry: Telemetry;
  /** The time of a call that is given none. */
  readonly timeoutMs: number;
}

/** The services behind the routes of the contract. */
export const PEERS: readonly string[] = [...new Set(ROUTED_SERVICES.map(peerOf))];

/**
 * Every service over mutual TLS, one connection each. The only place where the gateway knows how services are reached.
 *
 * @throws {Error} for a service of the contract without an address.
 */
export function createDownstream({ addresses, ...options }: DownstreamOptions): Downstream {
  const transports = new Map(
    PEERS.map((peer) => {
      const address = addresses[peer];
      if (address === undefined) throw new Error(`no address for the service ${peer}`);
      return [peer, createRpcTransport({ ...options, address, peer })];
    }),
  );
  return (peer) => {
    const transport = transports.get(peer);
    if (!transport) throw new Error(`no service ${peer} in the contract`);
    return transport;
  };
}

/** Ends streams when the gateway drains: their clients come again, to another process. */
export function endingStreams(transport: Transport, draining: AbortSignal): Transport {
  return {
    unary: async (...call) => transport.unary(...call),
    stream: async (method, signal, ...rest) =>
      transport.stream(method, signal ? AbortSignal.any([signal, draining]) : draining, ...rest),
  };
}
