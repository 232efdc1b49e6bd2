import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { RULES } from "./realm-rules.ts";
import { type Setting, SETTINGS } from "./realm-settings.ts";
import type { Realm } from "./realm-shape.ts";

// Holds the realm to the security practice of OAuth. Each setting and each rule is broken once, to see that it is noticed.
const realm = JSON.parse(await readFile(new URL("realm.json", import.meta.url), "utf8")) as Realm;

it("the realm is as the security practice of OAuth wants it", () => {
  expect(faultsOf(realm)).toEqual([]);
});

it.each(SETTINGS)("$path is $is: $why", (setting) => {
  for (const value of [other(setting.is), undefined]) {
    const changed = structuredClone(realm);
    change(changed, setting, value);

    expect(faultsOf(changed)).toContain(nameOf(setting));
  }
});

it.each(RULES)("$why", ({ why, breakIn }) => {
  const broken = structuredClone(realm);
  breakIn(broken);

  expect(faultsOf(broken)).toContainEqual(expect.stringContaining(why));
});

describe("the users for development", () => {
  it("are those of the embedded provider, with the same ids", async () => {
    const { SEEDED_USERS } = await import("../embedded/identity/seeded-users.ts");
    const text = await readFile(new URL("development-users.json", import.meta.url), "utf8");
    const { users } = JSON.parse(text) as { users: Record<string, unknown>[] };

    expect(users).toMatchObject(
      SEEDED_USERS.map(({ userId, username, email, password, roles }) => ({
        id: userId,
        username,
        email,
        realmRoles: roles,
        credentials: [{ value: password }],
      })),
    );
  });
});

/** Every setting that is not as it must be, and every rule that does not hold. */
function faultsOf(subject: Realm): string[] {
  return [
    ...SETTINGS.filter((setting) => !isDeepStrictEqual(valueAt(subject, setting), setting.is)).map(nameOf),
    ...RULES.flatMap((rule) => rule.faultsOf(subject).map((fault) => `${fault}: ${rule.why}`)),
  ];
}

function nameOf({ path, why }: Setting): string {
  return `${path.join(" ")}: ${why}`;
}

type Node = Record<string, unknown>;

/** A property, or the element of a list that has the name. */
function step(node: unknown, name: string): unknown {
  if (!Array.isArray(node)) return (node as Node | undefined)?.[name];
  return (node as Node[]).find((element) => [element["clientId"], element["name"], element["client"]].includes(name));
}

function valueAt(from: unknown, { path }: Setting): unknown {
  return path.reduce(step, from);
}

function change(from: unknown, { path }: Setting, value: unknown): void {
  const parent = path.slice(0, -1).reduce(step, from) as Node;
  parent[path.at(-1) ?? ""] = value;
}

function other(value: Setting["is"]): unknown {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  return typeof value === "string" ? `${value}x` : [...value, "more"];
}
