// Every RPC of the contract, called with every kind of bad token and with every certificate, over a real RPC server with
// mutual TLS. Generated from the descriptors: a new RPC is covered without a line here.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fromJson, type DescMethod, type DescService, type JsonValue } from "@bufbuild/protobuf";
import { RPCS } from "@animal-delivery/contracts/gen/catalogue";
import { ROUTED_SERVICES, SERVICES } from "@animal-delivery/contracts/gen/services";
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeniedSessions } from "../src/access/denied-sessions.ts";
import { createTokenVerifier } from "../src/access/token.ts";
import { createMemoryStore } from "../src/kv/memory.ts";
import { peerOf } from "../src/rpc/peer-of.ts";
import { testCertificates, type TestCertificates } from "../src/testing/certificates.ts";
import { refusalOf } from "../src/testing/refusal.ts";
import { rpcFixture, type RpcFixture } from "../src/testing/rpc-fixture.ts";
import { testTelemetry } from "../src/testing/telemetry.ts";
import { AUDIENCE, startTokenIssuer, type TokenIssuer } from "./token-issuer.ts";

const GATEWAY = "api-gateway";
/** The operators' certificate, and the services that it may call. */
const OPS = "ops";
const FOR_OPERATORS = ["operations.v1.OperationsService", "sagas.v1.SagaService"];
/** Every certificate of a service that is not the gateway's. */
const PEERS = [...new Set(ROUTED_SERVICES.map(peerOf))];
const USERS = ["customer", "courier", "dispatcher", "admin"];

const REFUSED_TOKEN = "unauthenticated TOKEN_INVALID";
const REFUSED_ACCESS = "forbidden ACCESS_DENIED";
const REACHED = "reached";

/** Bad in one way each: the roles in it would do for every RPC of users. */
const BAD_TOKENS: Record<string, () => string | Promise<string>> = {
  expired: () => issuer.token({ claims: { exp: Math.floor(Date.now() / 1_000) - 60 } }),
  "for another audience": () => issuer.token({ claims: { aud: "https://other.example" } }),
  "of another issuer": () => issuer.token({ claims: { iss: "https://other.example" } }),
  "signed with the public key": () => issuer.signedWithPublicKey(),
  "signed by nobody": () => issuer.unsigned(),
  "signed by somebody else": () => issuer.forged(),
  "an ID token": () => issuer.token({ header: { typ: "JWT" } }),
  "without a type": () => issuer.token({ header: { typ: undefined } }),
  garbage: () => "garbage",
  "of a session that has ended": () => issuer.token({ claims: { sid: "ended" } }),
};

let certificates: TestCertificates;
let issuer: TokenIssuer;
let server: RpcFixture;
let goodToken: string;
let tokenWithoutRoles: string;
let badTokens: [string, string][];
/** The RPCs whose handlers ran, in turn. */
const reached: DescMethod[] = [];

beforeAll(async () => {
  certificates = await testCertificates([GATEWAY, OPS, ...PEERS]);
  issuer = await startTokenIssuer(USERS);
  const deniedSessions = createDeniedSessions(createMemoryStore(), testTelemetry());
  await deniedSessions.deny("ended", 3_600_000);
  const verifier = createTokenVerifier({ issuer: issuer.url, audience: AUDIENCE });
  server = await rpcFixture({ certificates, routes, verifier, deniedSessions });
  goodToken = await issuer.token();
  tokenWithoutRoles = await issuer.token({ claims: { roles: [] } });
  badTokens = await Promise.all(
    Object.entries(BAD_TOKENS).map(async ([name, make]): Promise<[string, string]> => [name, await make()]),
  );
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  await certificates[Symbol.asyncDispose]();
});

/** policy/matrix.csv, as reviewed: whether a role may call an RPC at all. */
const matrix = (
  await readFile(createRequire(import.meta.url).resolve("@animal-delivery/contracts/policy/matrix.csv"), "utf8")
)
  .split("\n")
  .map((line) => line.split(","));

function mayCall(role: string, rpc: string): boolean {
  return matrix.some(([name, of, ...cells]) => name === rpc && of === role && cells.includes("allowed"));
}

describe.each(RPCS)("$name", (rpc) => {
  const services = PEERS.filter((peer) => mayCall(`service:${peer}`, rpc.name));

  it("is reached through the gateway with a good token if a user may call it", async () => {
    const isForUsers = USERS.some((role) => mayCall(role, rpc.name));

    expect(await outcomeOf(rpc.name, GATEWAY, goodToken)).toBe(isForUsers ? REACHED : REFUSED_ACCESS);
  });

  it("is reached through the gateway with a token of no role only if everybody may call it who signed in", async () => {
    const isForEverybody = mayCall("user", rpc.name);

    expect(await outcomeOf(rpc.name, GATEWAY, tokenWithoutRoles)).toBe(isForEverybody ? REACHED : REFUSED_ACCESS);
  });

  it("is reached without a token only if anybody may call it", async () => {
    const isPublic = mayCall("anonymous", rpc.name);

    expect(await outcomeOf(rpc.name, GATEWAY)).toBe(isPublic ? REACHED : REFUSED_TOKEN);
  });

  it.each([GATEWAY, ...services])("is never reached through %s with a bad token", async (peer) => {
    const outcomes: string[][] = [];
    // One after the other: a handler that runs is blamed on the token that reached it.
    for (const [name, token] of badTokens) outcomes.push([name, await outcomeOf(rpc.name, peer, token)]);

    expect(outcomes).toEqual(Object.keys(BAD_TOKENS).map((name) => [name, REFUSED_TOKEN]));
  });

  it("is reached with an operator's certificate only if it is for operators, and with a good token alone", async () => {
    const isForThem = FOR_OPERATORS.includes(rpc.service);
    const isForUsers = USERS.some((role) => mayCall(role, rpc.name));

    expect(await outcomeOf(rpc.name, OPS, goodToken)).toBe(isForThem && isForUsers ? REACHED : REFUSED_ACCESS);
    expect(await outcomeOf(rpc.name, OPS)).toBe(isForThem ? REFUSED_TOKEN : REFUSED_ACCESS);
    const [[, badToken] = ["", ""]] = badTokens;
    expect(await outcomeOf(rpc.name, OPS, badToken)).toBe(isForThem ? REFUSED_TOKEN : REFUSED_ACCESS);
  });

  it.each(PEERS)(
    "is reached with the certificate of %s only if the policy lists it, whoever stands behind",
    async (peer) => {
      const expected = services.includes(peer) ? REACHED : REFUSED_ACCESS;

      expect([await outcomeOf(rpc.name, peer), await outcomeOf(rpc.name, peer, goodToken)]).toEqual([
        expected,
        expected,
      ]);
    },
  );
});

/** Every RPC of the contract; the handlers note that they were reached. */
function routes(router: ConnectRouter): void {
  for (const service of SERVICES) {
    const handlers = service.methods.map((method) => [method.localName, handlerOf(method)]);
    router.service(service, Object.fromEntries(handlers) as ServiceImpl<DescService>);
  }
}

function handlerOf(method: DescMethod): unknown {
  if (method.methodKind === "unary") return () => (reached.push(method), {});
  return async function* () {
    reached.push(method);
    yield {};
  };
}

/** `reached`, or what the call was refused with; a call that is refused after its handler ran is neither. */
async function outcomeOf(rpc: string, peer: string, token?: string): Promise<string> {
  const method = methodNamed(rpc);
  const request = fromJson(method.input, RPCS.find(({ name }) => name === rpc)?.example as JsonValue);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const before = reached.length;
  const call = answered(clientOf(method.parent, peer)[method.localName]!(request, { headers }));
  const refusal = await call.then(
    () => undefined,
    () => refusalOf(call),
  );
  const ran = reached.slice(before).includes(method);
  if (!refusal) return ran ? REACHED : "answered by nobody";
  return `${refusal.kind} ${refusal.reason}${ran ? " after it was reached" : ""}`;
}

const clients = new Map<string, Record<string, Call>>();

/** One connection for each peer and service. */
function clientOf(service: DescService, peer: string): Record<string, Call> {
  const key = `${peer} ${service.typeName}`;
  const client = clients.get(key) ?? server.client(service, peer);
  clients.set(key, client);
  return client;
}

type Call = (
  request: unknown,
  options: { headers: Record<string, string> },
) => Promise<unknown> | AsyncIterable<unknown>;

async function answered(answer: ReturnType<Call>): Promise<void> {
  if (Symbol.asyncIterator in answer) for await (const message of answer) expect(message).toBeDefined();
  else await answer;
}

function methodNamed(name: string): DescMethod {
  const methods = SERVICES.flatMap((service) => service.methods);
  return methods.find((method) => `${method.parent.typeName}.${method.name}` === name)!;
}
