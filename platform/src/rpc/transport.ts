import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { Interceptor, Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import type { TlsKeys, TlsMaterial } from "../tls/watch-tls.ts";
import { HTTP2_LIMITS, MESSAGE_BYTES_MAX } from "./limits.ts";
import { serviceNameIn } from "./peer.ts";
import { createSessionManager } from "./session-manager.ts";
import type { Resolve } from "./watch-addresses.ts";
import { createUnaryCall } from "./unary-call.ts";

export interface TransportOptions {
  /** `https://127.0.0.1:9011`. */
  readonly address: string;
  readonly tls: TlsMaterial;
  /** The service that must answer there, by its certificate. */
  readonly peer: string;
  readonly interceptors: Interceptor[];
  /** What the address' name stands for; the system's resolver says so unless given. */
  readonly resolve?: Resolve;
}

/**
 * gRPC over HTTP/2 with mutual TLS, on one connection to each replica; opened when needed, and anew with new certificates.
 * Streams are carried by Connect's transport, unary calls by our own.
 */
export function createTransport(options: TransportOptions): Transport {
  let transport = connectTransport(options, options.tls.current());
  options.tls.onChange((keys) => {
    // The old connection lives on until its calls are done and its idle time is over.
    transport = connectTransport(options, keys);
  });
  return {
    unary: (...call) => transport.unary(...call),
    stream: (...call) => transport.stream(...call),
  };
}

function connectTransport({ address, peer, interceptors, resolve }: TransportOptions, keys: TlsKeys): Transport {
  const identity = { minVersion: "TLSv1.3", checkServerIdentity: identityCheck(peer) } as const;
  const tls = { ...HTTP2_LIMITS, ...keys, ...identity };
  const sessionManager = createSessionManager({ address, tls, ...(resolve && { resolve }) });
  const connect = createGrpcTransport({
    baseUrl: address,
    interceptors,
    sessionManager,
    readMaxBytes: MESSAGE_BYTES_MAX,
    writeMaxBytes: MESSAGE_BYTES_MAX,
    acceptCompression: [],
  });
  return {
    unary: createUnaryCall({ address, begin: sessionManager.begin, interceptors }),
    stream: async (...call) => connect.stream(...call),
  };
}

/** Names and addresses must fit, as always; and the certificate must be the service's, since all may share one host. */
function identityCheck(peer: string): (host: string, certificate: PeerCertificate) => Error | undefined {
  return (host, certificate) => {
    const found = serviceNameIn(certificate.subjectaltname);
    const wrongPeer = found === peer ? undefined : new Error(`${host} is ${found ?? "nobody"}, not ${peer}`);
    return checkServerIdentity(host, certificate) ?? wrongPeer;
  };
}
