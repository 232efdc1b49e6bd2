import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { Health } from "@animal-delivery/contracts/gen/grpc/health/v1/health_pb";
import { OperationsService } from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { ProductService } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { SERVICES } from "@animal-delivery/contracts/gen/services";
import { SagaService } from "@animal-delivery/contracts/gen/sagas/v1/saga_service_pb";
import { UserService } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import { createContextValues, createHandlerContext } from "@connectrpc/connect";
import type { DescMethod } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { loadAccess } from "../access/access.ts";
import type { User } from "../access/caller.ts";
import { createAuthenticator } from "./authenticate.ts";
import { grantKey, grantOf } from "./grant.ts";
import { peerKey } from "./peer.ts";

const access = await loadAccess();
const { getOrder, dispatchOrder } = OrderService.method;
const { getProduct } = ProductService.method;
const { getUser, listUsers } = UserService.method;
const { getOutbox, skipParked } = OperationsService.method;
const refusedToken = { kind: "unauthenticated", reason: "TOKEN_INVALID" };
const denied = new Set<string>();
const authenticator = createAuthenticator({
  access,
  verifier: { verify: async (token) => userOf(token) },
  deniedSessions: { isDenied: (sessionId) => denied.has(sessionId) },
});

describe("authentication", () => {
  it("gives a user who comes through the gateway the relations of their roles", async () => {
    const grant = await authenticated("api-gateway", getOrder, "Bearer ada.customer");

    expect(grant.caller).toMatchObject({ peer: "api-gateway", roles: ["customer", "user"], actor: "ada" });
    expect(grant.relations).toEqual(new Set(["customer"]));
  });

  it("gives a caller without a token what anonymous may do", async () => {
    const grant = await authenticated("api-gateway", getProduct);

    expect(grant.caller).toEqual({ peer: "api-gateway", user: undefined, roles: ["anonymous"], actor: "anonymous" });
  });

  it.each([
    ["that the policy does not know", "Bearer cleo.cook"],
    ["at all", "Bearer nina"],
  ])("gives a user with no role %s what everybody may who signed in, and no more", async (_, authorization) => {
    const products = await authenticated("api-gateway", getProduct, authorization);
    const account = await authenticated("api-gateway", getUser, authorization);

    expect(products.caller.user).toBeDefined();
    expect(products.relations).toEqual(access.grant(["anonymous"], getProduct));
    expect(account.relations).toEqual(new Set(["self"]));
    await expect(authenticated("api-gateway", listUsers, authorization)).rejects.toMatchObject({
      reason: "ACCESS_DENIED",
    });
    await expect(authenticated("api-gateway", getOrder, authorization)).rejects.toMatchObject({
      reason: "ACCESS_DENIED",
    });
  });

  it("gives a service its own role, whoever stands behind it", async () => {
    const alone = await authenticated("delivery", dispatchOrder);
    const forUser = await authenticated("delivery", dispatchOrder, "Bearer dora.dispatcher");

    expect(alone.caller).toMatchObject({ roles: ["service:delivery"], actor: "service:delivery", user: undefined });
    expect(forUser.caller).toMatchObject({ roles: ["service:delivery"], actor: "dora", user: { subject: "dora" } });
  });

  it.each([
    ["anonymous on an RPC of users", "api-gateway", getOrder, undefined, refusedToken],
    ["a role that may not", "api-gateway", getOrder, "Bearer carl.courier", { reason: "ACCESS_DENIED" }],
    [
      "an administrator on an RPC of services",
      "api-gateway",
      dispatchOrder,
      "Bearer root.admin",
      { reason: "ACCESS_DENIED" },
    ],
    ["another service", "logging", dispatchOrder, undefined, { reason: "ACCESS_DENIED" }],
    ["a service that lends a user's roles", "delivery", getOrder, "Bearer ada.customer", { reason: "ACCESS_DENIED" }],
    ["a certificate without a name", "", getProduct, undefined, refusedToken],
    ["another scheme", "api-gateway", getProduct, "Basic YTpi", refusedToken],
    ["an empty token", "api-gateway", getProduct, "Bearer ", refusedToken],
    ["two tokens", "api-gateway", getProduct, "Bearer a.customer, Bearer b.admin", refusedToken],
  ] as const)("refuses %s", async (_, peer, method, authorization, refusal) => {
    await expect(authenticated(peer, method, authorization)).rejects.toMatchObject(refusal);
  });

  it("gives an operator who comes with the certificate `ops` the relations of their own roles", async () => {
    const grant = await authenticated("ops", skipParked, "Bearer root.admin");

    expect(grant.caller).toMatchObject({ peer: "ops", roles: ["admin"], actor: "root", user: { subject: "root" } });
    expect(grant.relations).toEqual(access.grant(["admin"], skipParked));
    await expect(authenticated("ops", SagaService.method.listSagas, "Bearer root.admin")).resolves.toBeDefined();
  });

  it.each([
    ["without a token", "ops", skipParked, undefined, refusedToken],
    ["without a token, to look", "ops", getOutbox, undefined, refusedToken],
    ["with an empty token", "ops", getOutbox, "Bearer ", refusedToken],
    ["with the token of a session that has ended", "ops", getOutbox, "Bearer fred.admin", refusedToken],
    ["with a dispatcher's token", "ops", getOutbox, "Bearer dora.dispatcher", { reason: "ACCESS_DENIED" }],
    ["with a token without roles", "ops", getOutbox, "Bearer nina", { reason: "ACCESS_DENIED" }],
    ["with a service's certificate", "delivery", skipParked, undefined, { reason: "ACCESS_DENIED" }],
    [
      "with a service's and an operator's token",
      "delivery",
      skipParked,
      "Bearer root.admin",
      { reason: "ACCESS_DENIED" },
    ],
    ["with a name that begins like ops", "ops-2", getOutbox, "Bearer root.admin", { reason: "ACCESS_DENIED" }],
  ] as const)("refuses an operation %s", async (_, peer, method, authorization, refusal) => {
    denied.add("session of fred");

    await expect(authenticated(peer, method, authorization)).rejects.toMatchObject(refusal);
  });

  it("lets the certificate `ops` call nothing but operations and sagas, whoever comes with it", async () => {
    const others = SERVICES.filter((service) => service !== OperationsService && service !== SagaService);

    for (const method of others.flatMap(({ methods }) => methods)) {
      for (const token of [undefined, "Bearer root.admin.customer.courier.dispatcher"]) {
        await expect(authenticated("ops", method, token)).rejects.toMatchObject({ reason: "ACCESS_DENIED" });
      }
    }
  });

  it("refuses the token of a session that has ended", async () => {
    denied.add("session of eve");

    await expect(authenticated("api-gateway", getOrder, "Bearer eve.customer")).rejects.toMatchObject(refusedToken);
  });

  it("asks no more than a certificate for health checks", async () => {
    const context = contextOf("logging", Health.method.check);

    await authenticator.authenticate(context);

    expect(context.values.get(grantKey)).toBeUndefined();
  });

  it("asks for a certificate even there", async () => {
    await expect(authenticator.authenticate(contextOf("", Health.method.check))).rejects.toMatchObject(refusedToken);
  });
});

describe("looking again at a grant in use", () => {
  const relations = new Set(["courier"] as const);
  const inUse = (user: User | undefined) =>
    createContextValues().set(grantKey, { caller: { peer: "api-gateway", user, roles: [], actor: "x" }, relations });

  it("lets it be while the token lives", () => {
    expect(() => authenticator.recheck(inUse(userOf("carl.courier")))).not.toThrow();
    expect(() => authenticator.recheck(inUse(undefined))).not.toThrow();
  });

  it("ends it when the token expired", () => {
    const user = { ...userOf("carl.courier"), expiresAt: new Date(Date.now() - 1) };

    expect(() => authenticator.recheck(inUse(user))).toThrow("expired");
  });

  it("ends it when the session ended", () => {
    denied.add("session of mallory");

    expect(() => authenticator.recheck(inUse(userOf("mallory.courier")))).toThrow("ended");
  });
});

function userOf(token: string): User {
  const [subject = "", ...roles] = token.split(".");
  return { subject, roles, sessionId: `session of ${subject}`, expiresAt: new Date(Date.now() + 60_000), token };
}

function contextOf(peer: string, method: DescMethod, authorization?: string) {
  const context = createHandlerContext({
    service: DeliveryService,
    method,
    protocolName: "grpc",
    requestMethod: "POST",
    url: "https://localhost/",
    ...(authorization !== undefined && { requestHeader: { authorization } }),
  });
  context.values.set(peerKey, peer);
  return context;
}

async function authenticated(peer: string, method: DescMethod, authorization?: string) {
  const context = contextOf(peer, method, authorization);
  await authenticator.authenticate(context);
  return grantOf(context);
}
