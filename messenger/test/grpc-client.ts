import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type ChannelCredentials,
  type Client,
  type ClientReadableStream,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

/** A message as grpc-js makes it of the proto: camelCase, 64-bit integers as text, enums by name. */
export type Json = Readonly<Record<string, unknown>>;

/** A service through grpc-js: nothing in it is of this repository but the proto files. */
export interface GrpcService extends Disposable {
  call(method: string, request: Json, sessionId?: string): Promise<Json>;
  stream(method: string, request: Json, sessionId?: string): ClientReadableStream<Json>;
}

const CONTRACTS = fileURLToPath(new URL("../../contracts/", import.meta.url));
const FILES = [
  "messenger/v1/session_service.proto",
  "messenger/v1/chat_service.proto",
  "messenger/v1/message_service.proto",
  "grpc/health/v1/health.proto",
];
const DEADLINE_MS = 10_000;

const definition = loadPackageDefinition(
  loadSync(FILES, {
    includeDirs: [`${CONTRACTS}proto`, `${CONTRACTS}third_party`],
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  }),
);

/** Credentials of a caller who trusts an authority and, with a certificate, shows who they are. */
export function trusting(caFile: string, own?: { readonly certFile: string; readonly keyFile: string }) {
  const ca = readFileSync(caFile);
  return own
    ? credentials.createSsl(ca, readFileSync(own.keyFile), readFileSync(own.certFile))
    : credentials.createSsl(ca);
}

/** @param name `messenger.v1.ChatService` */
export function grpcService(name: string, address: string, channel: ChannelCredentials): GrpcService {
  const path = name.split(".");
  const found = path.reduce<unknown>((at, part) => (at as Json)[part], definition) as ServiceClientConstructor;
  const client = new found(address, channel) as Client & Record<string, (...args: unknown[]) => unknown>;
  return {
    async call(method, request, sessionId) {
      return new Promise((resolve, reject) => {
        const options = { deadline: Date.now() + DEADLINE_MS };
        const done = (error: ServiceError | null, answer: Json): void => (error ? reject(error) : resolve(answer));
        client[method]?.(request, metadataOf(sessionId), options, done);
      });
    },
    stream: (method, request, sessionId) =>
      client[method]?.(request, metadataOf(sessionId)) as ClientReadableStream<Json>,
    [Symbol.dispose]: () => client.close(),
  };
}

function metadataOf(sessionId: string | undefined): Metadata {
  const metadata = new Metadata();
  if (sessionId !== undefined) metadata.set("authorization", `Session ${sessionId}`);
  return metadata;
}
