import { afterAll, beforeAll, describe } from "vitest";
import type { UserDirectory } from "@animal-delivery/accounts/directory/user-directory";
import { userDirectoryContract } from "@animal-delivery/accounts/testing/user-directory-contract";
import type { Database } from "@animal-delivery/platform/db/database";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { type TcpGate, tcpGate } from "@animal-delivery/platform/testing/tcp-gate";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { createPasswords } from "../embedded/identity/password.ts";
import { SEEDED_USERS } from "../embedded/identity/seeded-users.ts";
import { embeddedDirectory } from "../embedded/identity/user-directory.ts";
import { givenIdentity } from "./fixtures/identity.ts";

/** What the rules do not depend on need not be paid for. */
const CHEAP = { memoryKib: 1_024, passes: 1, lanes: 1 };

// The directory over the embedded provider's database; a gate stands between the two, and not before the provider.
describe("embeddedDirectory", () => {
  const identity = givenIdentity({ hashCost: CHEAP });
  let gate: TcpGate;
  let db: Database;
  let directory: UserDirectory;
  beforeAll(async () => {
    gate = await tcpGate(identity.databaseUrl);
    const limits = { poolSize: 5, statementTimeoutMs: 5_000, lockTimeoutMs: 2_000 };
    db = openDatabase({ url: gate.url, ...limits }, testTelemetry());
    directory = embeddedDirectory(db, createPasswords(CHEAP));
  });
  afterAll(async () => {
    await db[Symbol.asyncDispose]();
    await gate.close();
  });

  userDirectoryContract(() => ({
    directory,
    tokenUrl: `${identity.provider.issuer}/token`,
    userId: async (username) => SEEDED_USERS.find((user) => user.username === username)?.userId ?? "",
    close: async () => gate.close(),
    open: async () => gate.open(),
    loseAnswers: () => gate.loseAnswers(),
  }));
});
