// Drives ListUsers and ListUsersStream through their RPC surface against a real Postgres; the directory is in memory.
import { create } from "@bufbuild/protobuf";
import { UserState } from "@animal-delivery/contracts/gen/users/v1/user_pb";
import { ListUsersStreamRequestSchema } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import type { Queryable } from "@animal-delivery/platform/db/database";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { streamUsers } from "../src/rpc/stream-users.ts";
import { startAccounts, type Accounts } from "./setup.ts";

const COUNT = 1_000;

let service: Accounts;
beforeAll(async () => {
  service = await startAccounts();
  // Every tenth is a courier, every hundredth is being deleted; three have no address.
  await service.db.query(
    "fill",
    `insert into users (user_id, email, email_verified, display_name, phone, locale, roles, state, version, revision,
                        created_at, updated_at, followed_at)
     select 'user-' || lpad(n::text, 6, '0'), case when n <= 3 then '' else 'p' || (n * 7919 % 10007) || '@example.com' end,
            false, 'Person ' || n, '', '', case when n % 10 = 0 then '{courier,customer}'::text[] else '{customer}' end,
            case when n % 100 = 0 then 'deleting' else 'active' end, 1, 1, now(), now(), now()
       from generate_series(1, $1::int) n`,
    [COUNT],
  );
});
afterAll(() => service[Symbol.asyncDispose]());

async function listAll(filters: { emailPrefix?: string; role?: string; state?: UserState }, pageSize: number) {
  const users = [];
  let pageToken = "";
  do {
    const page = await service.users().listUsers({ ...filters, pageSize, pageToken });
    expect(page.users.length).toBeLessThanOrEqual(pageSize);
    users.push(...page.users);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return users;
}

async function streamAll(request: { role?: string; state?: UserState; resumeToken?: string }) {
  const told = [];
  for await (const message of service.users().listUsersStream(request)) told.push(message);
  return told;
}

/** Byte by byte, as the database has it. */
function inOrder(texts: readonly string[]): string[] {
  return texts.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

describe("ListUsers", () => {
  it("tells everybody once, by address, page by page", async () => {
    const users = await listAll({}, 170);

    expect(new Set(users.map((user) => user.userId)).size).toBe(COUNT);
    const emails = users.map((user) => user.email);
    expect(emails).toEqual(inOrder(emails));
    expect(emails.slice(0, 4)).toEqual(["", "", "", expect.stringMatching(/^p1/)]);
  });

  it("tells those whose address begins with a text, in any case", async () => {
    const all = (await listAll({}, 200)).map((user) => user.email);

    for (const prefix of ["p1", "p99", "p1000@", "q", "p%", ""]) {
      const found = (await listAll({ emailPrefix: prefix.toUpperCase() }, 7)).map((user) => user.email);
      expect(found).toEqual(all.filter((email) => email.startsWith(prefix)));
    }
  });

  it("tells those of a role and a state", async () => {
    expect(await listAll({ role: "courier" }, 33)).toHaveLength(COUNT / 10);
    expect(await listAll({ state: UserState.DELETING }, 3)).toHaveLength(COUNT / 100);
    expect(await listAll({ role: "courier", state: UserState.ACTIVE }, 200)).toHaveLength((COUNT * 9) / 100);
    expect(await listAll({ role: "admin" }, 10)).toEqual([]);
  });

  it("refuses a token of other filters, or of nobody's making", async () => {
    const { nextPageToken } = await service.users().listUsers({ pageSize: 1 });
    for (const request of [
      { pageToken: nextPageToken, role: "courier" },
      { pageToken: "made up" },
      { pageToken: nextPageToken.slice(1) },
    ]) {
      expect(await refusalOf(service.users().listUsers(request))).toMatchObject({ reason: "PAGE_TOKEN_INVALID" });
    }
  });

  it("walks an index for each filter, however many users there are", async () => {
    await service.db.query("analyze", "analyze users");
    const { rows } = await service.db.query<{ "QUERY PLAN": string }>(
      "plan",
      `explain select * from users u
        where (u.email, u.user_id) > ('p1', '') and u.email < 'p1~' and u.roles @> '{courier}' order by u.email, u.user_id limit 50`,
    );
    expect(rows.map((row) => row["QUERY PLAN"]).join("\n")).toContain("users_couriers");
  });
});

describe("ListUsersStream", () => {
  it("tells everybody once, by id", async () => {
    const ids = (await streamAll({})).map(({ user }) => user!.userId);

    expect(ids).toHaveLength(COUNT);
    expect(ids).toEqual(inOrder(ids));
  });

  it("goes on after any of its messages", async () => {
    const all = await streamAll({ role: "courier", state: UserState.ACTIVE });
    expect(all).toHaveLength((COUNT * 9) / 100);

    for (const index of [0, 17, all.length - 1]) {
      const { resumeToken } = all[index]!;
      expect(await streamAll({ role: "courier", state: UserState.ACTIVE, resumeToken })).toEqual(all.slice(index + 1));
    }
  });

  it("reads no further than its reader", async () => {
    let statements = 0;
    const db: Queryable = {
      query: (name, text, values) => {
        statements += 1;
        return service.db.query(name, text, values);
      },
    };
    const stream = streamUsers(db, create(ListUsersStreamRequestSchema), new AbortController().signal);

    for (let n = 0; n < 101; n += 1) await stream.next();

    expect(statements).toBe(2);
    await stream.return(undefined);
  });

  it("refuses a token that it did not give out", async () => {
    const [first] = await streamAll({ role: "courier" });
    const nul = Buffer.from(JSON.stringify(["", "", "a\0"])).toString("base64url");
    for (const request of [
      { resumeToken: first!.resumeToken },
      { resumeToken: "made up" },
      { resumeToken: Buffer.from("{}").toString("base64url") },
      { resumeToken: nul },
    ]) {
      expect(await refusalOf(streamAll(request))).toMatchObject({ kind: "invalid", reason: "RESUME_TOKEN_INVALID" });
    }
  });
});
