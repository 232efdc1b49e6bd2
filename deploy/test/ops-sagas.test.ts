// The operators' tool, with certificates, against the whole service that conducts sagas; nobody takes part in them.
import { startSaga } from "@animal-delivery/platform/saga/start-saga";
import { auditOf } from "@animal-delivery/platform/testing/audit-of";
import { testBus } from "@animal-delivery/platform/testing/bus";
import { testCertificates, type TestCertificates } from "@animal-delivery/platform/testing/certificates";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { runningService } from "@animal-delivery/platform/testing/running-service";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { MIGRATIONS } from "@animal-delivery/sagas/migrations";
import { createSagas } from "@animal-delivery/sagas/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../ops/run.ts";

/** So long that no saga moves by itself. */
const PACE = { stepTimeoutMs: 600_000, retry: { firstMs: 600_000, maxMs: 600_000 } };

const open = new AsyncDisposableStack();
let certificates: TestCertificates;
let db: TestDatabase;
let address: string;

beforeAll(async () => {
  certificates = open.use(await testCertificates(["sagas", "ops"]));
  db = open.use(await testDatabase({ migrations: [MIGRATIONS] }));
  const bus = open.use(await testBus());
  const telemetry = testTelemetry("sagas");
  const service = createSagas({ pace: PACE }, { telemetry, db, bus });
  ({ address } = open.use(await runningService(service, telemetry, certificates)));
});
afterAll(() => open.disposeAsync());

describe("npm run ops -- sagas", { timeout: 120_000 }, () => {
  it("lists and shows them", async () => {
    const saga = await givenSaga("sign-up");
    const other = await givenSaga("delete-user");

    const listed = await ops("list", "--state", "running", "--kind", "sign-up");
    const shown = await ops("show", saga);

    expect(listed).toMatchObject({ code: 0, err: "" });
    expect(listed.out).toMatch(new RegExp(`${saga} +sign-up +running +identity +1 `));
    expect(listed.out).not.toContain(other);
    expect(shown.out).toMatch(/state +running\nabout +ada\n/);
    expect(shown.out).toMatch(/STEP .*\nidentity +accounts +doing +1 .*\nprofile +accounts +waiting +0 /);
    expect(JSON.parse((await ops("show", saga, "--json")).out)).toMatchObject({ sagaId: saga, step: "identity" });
  });

  it("has one go on, or gives it up for good", async () => {
    const saga = await givenSaga("sign-up");

    const retried = await ops("retry", saga);
    const abandoned = await ops("abandon", saga, "--reason", "put right by hand");
    const again = await ops("retry", saga);

    expect(retried).toMatchObject({ code: 0, out: expect.stringMatching(/identity +accounts +doing +2 /) });
    expect(abandoned.out).toMatch(/state +abandoned\n/);
    expect(abandoned.out).toMatch(/reason +put right by hand\n/);
    expect(again).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/^ops: SAGA_ENDED: /) });
    expect(await auditOf(db, saga)).toMatchObject([
      { actor: "root", action: "retry" },
      { actor: "root", action: "abandon", reason: "put right by hand" },
    ]);
  });

  it.each([
    [["show", "01982f5e-7c00-7000-8000-000000000008"], 1, /^ops: SAGA_NOT_FOUND: /],
    [["show", "seven"], 1, /^ops: REQUEST_INVALID: /],
    [["abandon", "01982f5e-7c00-7000-8000-000000000008"], 2, /--reason is missing/],
  ])("refuses %j with %i", async (args, code, err) => {
    expect(await ops(...args)).toMatchObject({ code, out: "", err: expect.stringMatching(err) });
  });
});

/** A saga about ada that waits at its first step; its id. */
async function givenSaga(kind: string): Promise<string> {
  const sagaId = await db.transaction((tx) => startSaga(tx, { kind, subjectId: "ada" }));
  await expect.poll(async () => (await ops("show", sagaId)).code, { timeout: 30_000 }).toBe(0);
  return sagaId;
}

/** Runs the tool in this process, as an administrator. */
async function ops(...args: string[]) {
  const { certFile, keyFile, caFile } = certificates.filesOf("ops");
  const files = { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, TLS_CA_FILE: caFile };
  const env = { OPS_TOKEN: "root.admin", SAGAS_ADDRESS: address, ...files };
  const { code, out = "", err = "" } = await run(["sagas", ...args], env);
  return { code, out, err };
}
