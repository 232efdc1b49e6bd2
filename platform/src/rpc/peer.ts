import type { Http2ServerRequest, ServerHttp2Session } from "node:http2";
import type { TLSSocket } from "node:tls";
import { createContextKey, createContextValues, type ContextValues } from "@connectrpc/connect";

/** The service whose certificate carries the call; empty when the certificate names none. */
export const peerKey = createContextKey("", { description: "peer" });

const peers = new WeakMap<ServerHttp2Session, string>();

/** Context values with the peer of the request's connection. */
export function contextWithPeer(request: Http2ServerRequest): ContextValues {
  const values = createContextValues();
  const session = request.stream.session as ServerHttp2Session | undefined;
  if (!session) return values;
  const peer = peers.get(session) ?? peerOf(session);
  peers.set(session, peer);
  return values.set(peerKey, peer);
}

function peerOf(session: ServerHttp2Session): string {
  const certificate = (session.socket as TLSSocket).getPeerX509Certificate();
  return serviceNameIn(certificate?.subjectAltName) ?? "";
}

/**
 * The service that a certificate's alternative names identify: `orders` of `URI:spiffe://animal-delivery/orders`. Undefined
 * unless there is exactly one URI (SPIFFE X.509-SVID, section 2) and it is of this platform. Node quotes a name that holds
 * a comma and writes the comma as \u002c, so splitting is safe.
 */
export function serviceNameIn(subjectAltName: string | undefined): string | undefined {
  const uris = (subjectAltName ?? "").split(", ").filter((name) => name.startsWith("URI:"));
  const [, name] = /^URI:spiffe:\/\/animal-delivery\/([a-z][a-z0-9-]*)$/.exec(uris[0] ?? "") ?? [];
  return uris.length === 1 ? name : undefined;
}
