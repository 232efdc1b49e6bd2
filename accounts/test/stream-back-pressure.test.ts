// Streams users over real HTTP/2 to a reader who stops reading, and counts what is read from a real Postgres meanwhile.
import { UserService } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import type { Database } from "@animal-delivery/platform/db/database";
import { testCertificates } from "@animal-delivery/platform/testing/certificates";
import { as, rpcFixture, type RpcFixture } from "@animal-delivery/platform/testing/rpc-fixture";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { userService } from "../src/rpc/user-service.ts";
import { NO_NEIGHBOURS, startAccounts } from "./setup.ts";

const COUNT = 20_000;
/** What fits between the database and a reader: a page, and what HTTP/2 and the sockets hold of messages of 200 bytes. */
const UNDER_WAY_MAX = 2_000;
/** A stream that did not wait would read a page of a hundred, at the least, beside each of these. */
const ROUND_TRIPS = 50;

const open = new AsyncDisposableStack();
let rpc: RpcFixture;
let read = 0;
let readAtOnce = 0;

beforeAll(async () => {
  const service = open.use(await startAccounts());
  await service.db.query(
    "fill",
    `insert into users (user_id, email, email_verified, display_name, phone, locale, roles, state, version, revision,
                        created_at, updated_at, followed_at)
     select md5(n::text)::uuid::text, 'p' || n || '@example.com', false, 'Person ' || n, '', '', '{customer}', 'active', 1, 1,
            now(), now(), now()
       from generate_series(1, $1::int) n`,
    [COUNT],
  );
  const db: Database = {
    ...service.db,
    async query<R extends object>(name: string, text: string, values?: readonly unknown[]) {
      const result = await service.db.query<R>(name, text, values);
      if (name === "list_users_by_id") {
        read += result.rows.length;
        readAtOnce = Math.max(readAtOnce, result.rows.length);
      }
      return result;
    },
  };
  const certificates = open.use(await testCertificates(["accounts", "api-gateway"]));
  const routes: Parameters<typeof rpcFixture>[0]["routes"] = (router) =>
    router.service(UserService, userService({ ...service.parts, db }, NO_NEIGHBOURS));
  rpc = open.use(await rpcFixture({ certificates, name: "accounts", routes }));
});
afterAll(() => open.disposeAsync());

describe("ListUsersStream", () => {
  it("reads no further than its reader while that one takes nothing, and tells everybody once when it goes on", async () => {
    const client = rpc.client(UserService);
    const admin = as("admin-1", "admin");
    const stream = client.listUsersStream({}, admin)[Symbol.asyncIterator]();
    const ids = new Set([(await stream.next()).value?.user?.userId]);

    for (let trip = 0; trip < ROUND_TRIPS; trip += 1) await client.listUsers({ pageSize: 1 }, admin);
    const readWhileStalled = read;

    let told = 1;
    for (let next = await stream.next(); !next.done; next = await stream.next()) {
      ids.add(next.value.user?.userId);
      told += 1;
    }
    expect(readWhileStalled).toBeLessThan(UNDER_WAY_MAX);
    expect(readAtOnce).toBeLessThanOrEqual(100);
    expect([told, ids.size, read]).toEqual([COUNT, COUNT, COUNT]);
  });
});
