// Drives UserService.GetUser through its RPC surface against a real Postgres; the directory is in memory.
import { randomUUID } from "node:crypto";
import { UserState, type User, type UserSchema } from "@animal-delivery/contracts/gen/users/v1/user_pb";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Grant } from "@animal-delivery/platform/access/caller";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ADMIN, eventNamesOf, givenUser, holdersOf, person, self, startAccounts, type Accounts } from "./setup.ts";

let service: Accounts;
beforeAll(async () => {
  service = await startAccounts();
});
afterEach(() => {
  service.directory.isAway = false;
  service.directory.after = () => undefined;
});
afterAll(() => service[Symbol.asyncDispose]());

async function read(userId: string): Promise<User> {
  const { user } = await service.users().getUser({ userId });
  return user!;
}

type Values = Extract<MessageInitShape<typeof UserSchema>, { $typeName?: never }>;

async function update(
  userId: string,
  values: Values,
  { grant = ADMIN, etag = "", paths = pathsOf(values) }: Asked = {},
) {
  const request = { user: { ...values, userId }, updateMask: { paths }, etag };
  return (await service.users(grant).updateUser(request)).user!;
}

interface Asked {
  grant?: Grant;
  etag?: string;
  paths?: string[];
}

function pathsOf(values: Values): string[] {
  return Object.keys(values).map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/** Whoever reads the user next asks the provider. */
async function forgetFollowing(userId: string): Promise<void> {
  await service.db.query("forget_following", "update users set followed_at = null where user_id = $1", [userId]);
}

describe("GetUser", () => {
  it("tells people of themselves and admins of everybody", async () => {
    const userId = await givenUser(service);

    const mine = await service.users(self(userId)).getUser({ userId });

    expect(mine.user).toMatchObject({ userId, state: UserState.ACTIVE });
    expect(await read(userId)).toEqual(mine.user);
    const other = await givenUser(service);
    const refusal = await refusalOf(service.users(self(other)).getUser({ userId }));
    expect(refusal).toMatchObject({ kind: "notFound", reason: "USER_NOT_FOUND" });
  });

  it("gives somebody whom the provider knows a profile, once, when twenty ask at once", async () => {
    const userId = service.directory.givenIdentity({ username: "carl", email: "carl@example.com", roles: ["courier"] });

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => service.users(self(userId)).getUser({ userId })),
    );

    for (const { user } of answers) expect(user).toEqual(answers[0]!.user);
    expect(answers[0]!.user).toMatchObject({ displayName: "carl", email: "carl@example.com", roles: ["courier"] });
    expect(await eventNamesOf(service.db, userId)).toEqual(["UserCreated 1"]);
    expect(await refusalOf(service.auth().signUp(person({ email: "carl@example.com" })))).toMatchObject({
      reason: "EMAIL_TAKEN",
    });
  });

  it("gives a profile to people without an address, and to two of them", async () => {
    const ids = ["norah", "otto"].map((username) => service.directory.givenIdentity({ username, email: "" }));
    for (const userId of ids) expect(await read(userId)).toMatchObject({ email: "", state: UserState.ACTIVE });
    expect((await update(ids[0]!, { displayName: "Norah" })).displayName).toBe("Norah");
  });

  it("does not know whom the provider does not know, or does not let in", async () => {
    const disabled = service.directory.givenIdentity({ isEnabled: false });
    for (const userId of [randomUUID(), disabled]) {
      expect(await refusalOf(service.users().getUser({ userId }))).toMatchObject({ reason: "USER_NOT_FOUND" });
    }
  });

  it("answers what it has while the provider is away", async () => {
    const userId = await givenUser(service);
    await forgetFollowing(userId);
    service.directory.isAway = true;

    expect(await read(userId)).toMatchObject({ userId });
    const unknown = randomUUID();
    expect(await refusalOf(service.users().getUser({ userId: unknown }))).toMatchObject({ kind: "unavailable" });
  });

  it("follows what changed at the provider, and tells the world", async () => {
    const userId = await givenUser(service);
    const email = `${randomUUID()}@example.com`;
    await service.directory.setEmail(userId, email, true);
    await service.directory.setRoles(userId, ["courier", "of another platform"]);
    await forgetFollowing(userId);

    const answers = await Promise.all(Array.from({ length: 10 }, () => read(userId)));

    for (const user of answers) expect(user).toMatchObject({ email, emailVerified: true, roles: ["courier"] });
    expect(await eventNamesOf(service.db, userId)).toEqual(["UserCreated 1", "UserUpdated 2"]);
    expect(await holdersOf(service.db, email)).toMatchObject([{ user_id: userId }]);
  });

  it("follows two people who swapped an address at the provider", async () => {
    const [a, b] = [await givenUser(service), await givenUser(service)];
    const [ofA, ofB] = [(await read(a)).email, (await read(b)).email];
    await service.directory.setEmail(a, "between@example.com", false);
    await service.directory.setEmail(b, ofA, false);
    for (const userId of [a, b]) await forgetFollowing(userId);

    expect(await read(b)).toMatchObject({ email: ofA });
    expect(await read(a)).toMatchObject({ email: "between@example.com" });
    expect(await holdersOf(service.db, ofB)).toEqual([]);
  });
});
