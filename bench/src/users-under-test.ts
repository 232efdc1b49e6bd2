import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserService } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import { signIn } from "@animal-delivery/e2e/people";
import { startPlatformProcess } from "@animal-delivery/e2e/platform-process";
import { NODE_OPTIONS } from "@animal-delivery/e2e/node-options";
import { databaseUrl, startAccountsProcess, startGatewayProcess } from "@animal-delivery/e2e/service-process";
import { passwordsFrom, type Target } from "@animal-delivery/e2e/target";
import { createRpcClient } from "@animal-delivery/platform/rpc/client";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { certificateFiles } from "@animal-delivery/platform/tls/development-ca";
import { watchTls } from "@animal-delivery/platform/tls/watch-tls";
import type { CallOptions, Client } from "@connectrpc/connect";
import { fillUsers } from "./fill-users.ts";

const TOKEN_RENEW_MS = 30_000;

/** Accounts in a process of its own. */
export interface AccountsUnderTest extends AsyncDisposable {
  readonly pid: number;
  /** Over mutual TLS, with the gateway's certificate. */
  readonly client: Client<typeof UserService>;
  /** How many statements of this name it has sent so far. */
  statements(name: string): Promise<number>;
}

/** A platform with many users, in a folder of its own that goes with it. */
export interface UsersUnderTest extends AsyncDisposable {
  /** Of a gateway that reaches the accounts that `startAccounts` starts. */
  readonly baseUrl: string;
  /** Of the admin, half a minute old at the most: it lives five, and a stream no longer than its token. */
  adminToken(): Promise<string>;
  /** One at a time. */
  startAccounts(): Promise<AccountsUnderTest>;
}

/** What a call carries that an admin makes. */
export function asAdmin(token: string): CallOptions {
  return { headers: { authorization: `Bearer ${token}` } };
}

/** Starts it with `count` users. */
export async function startUsersUnderTest(count: number): Promise<UsersUnderTest> {
  await using started = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), "animal-delivery-bench-users-"));
  started.defer(() => rm(dataDir, { recursive: true, force: true }));
  const platform = await startPlatformProcess({ dataDir });
  started.defer(async () => void (await platform.stop()));
  const beside = { port: platform.port, dataDir };
  await fillUsers(await databaseUrl(beside, "accounts"), count);
  const gateway = await startGatewayProcess(beside, { ACCOUNTS_ADDRESS: `https://127.0.0.1:${beside.port + 17}` });
  started.defer(async () => void (await gateway.stop()));
  const tls = started.use(watchTls(certificateFiles(join(dataDir, "certificates"), "api-gateway")));

  const resources = started.move();
  return {
    baseUrl: gateway.url,
    adminToken: freshToken({ baseUrl: platform.baseUrl, passwords: passwordsFrom(process.env) }),
    async startAccounts() {
      const accounts = await startAccountsProcess(beside, { NODE_OPTIONS });
      return {
        pid: accounts.pid,
        client: createRpcClient(UserService, { address: accounts.url, tls, telemetry: testTelemetry("bench") }),
        statements: (name) => statementsOf(accounts.opsUrl, name),
        [Symbol.asyncDispose]: async () => void (await accounts.stop()),
      };
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function freshToken(target: Target): () => Promise<string> {
  let token = "";
  let signedInAt = -Infinity;
  return async () => {
    if (performance.now() - signedInAt < TOKEN_RENEW_MS) return token;
    ({ token } = await signIn(target, "admin"));
    signedInAt = performance.now();
    return token;
  };
}

async function statementsOf(opsUrl: string, name: string): Promise<number> {
  const metrics = await (await fetch(`${opsUrl}/metrics`)).text();
  const line = metrics
    .split("\n")
    .find((text) => text.startsWith("db_client_operation_duration_seconds_count{") && text.includes(`"${name}"`));
  return Number(line?.split(" ")[1] ?? 0);
}
