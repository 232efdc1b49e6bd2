import { describe, expect, it } from "vitest";
import { checkPeople } from "./check-people.ts";
import type { SagaTrace, Traces } from "./traces.ts";

const SIGN_UP: SagaTrace = {
  sagaId: "one",
  kind: "sign-up",
  state: "completed",
  subjectId: "ada",
  steps: ["identity done", "profile done"],
  remembered: ["identity done", "profile done"],
};
const DELETION = { ...SIGN_UP, sagaId: "two", kind: "delete-user" };

/** Ada, who signed up. */
const WHOLE: Traces = {
  sagas: [SIGN_UP],
  users: new Map([["ada", { email: "ada@example.com", state: "active" }]]),
  emails: [{ email: "ada@example.com", userId: "ada" }],
  signUps: [{ signUpId: "1", userId: "ada", state: "completed" }],
  identities: [{ userId: "ada", email: "ada@example.com", isEnabled: true }],
  noteOwners: ["ada"],
  closedCustomers: new Set(),
  closedPeople: new Set(),
  closedOwners: new Set(),
  usersCreated: ["ada"],
  usersDeleted: [],
  notesCreated: ["ada"],
};

/** The same after her deletion. */
const GONE: Traces = {
  ...WHOLE,
  sagas: [SIGN_UP, DELETION],
  users: new Map(),
  emails: [],
  signUps: [],
  identities: [],
  noteOwners: [],
  closedCustomers: new Set(["ada"]),
  closedPeople: new Set(["ada"]),
  closedOwners: new Set(["ada"]),
  usersDeleted: ["ada"],
};

/** A sign-up that came to nothing. */
const NEVER: Traces = {
  ...WHOLE,
  sagas: [
    {
      ...SIGN_UP,
      state: "compensated",
      steps: ["identity undone", "profile waiting"],
      remembered: ["identity undone"],
    },
  ],
  users: new Map(),
  emails: [],
  signUps: [{ signUpId: "1", userId: "ada", state: "failed" }],
  identities: [],
  noteOwners: [],
  usersCreated: [],
  notesCreated: [],
};

describe("checkPeople", () => {
  it.each([
    ["a user", WHOLE],
    ["somebody who was deleted", GONE],
    ["a sign-up that came to nothing", NEVER],
    [
      "a deletion that was undone",
      { ...WHOLE, sagas: [SIGN_UP, { ...DELETION, ...NEVER.sagas[0], sagaId: "two", kind: "delete-user" }] },
    ],
  ])("finds nothing wrong with %s", (_, traces) => {
    expect(checkPeople(traces)).toEqual([]);
  });

  it.each<[string, Traces, string]>([
    ["a saga that is under way", { ...WHOLE, sagas: [{ ...SIGN_UP, state: "running" }] }, "the sign-up one is running"],
    [
      "a saga in parts",
      { ...WHOLE, sagas: [{ ...SIGN_UP, steps: ["identity done", "profile waiting"] }] },
      "is completed, with",
    ],
    [
      "a participant that remembers otherwise",
      { ...WHOLE, sagas: [{ ...SIGN_UP, remembered: ["identity done"] }] },
      "remember identity done",
    ],
    ["a user without profile", { ...WHOLE, users: new Map() }, "profile undefined, must be active"],
    [
      "an identity that cannot sign in",
      { ...WHOLE, identities: [{ ...WHOLE.identities[0]!, isEnabled: false }] },
      "identity that can sign in false",
    ],
    ["two notes", { ...WHOLE, notesCreated: ["ada", "ada"] }, "welcome notes written 2, must be 1"],
    ["two events", { ...WHOLE, usersCreated: ["ada", "ada"] }, "events of becoming a user 2, must be 1"],
    ["an address of nobody", { ...GONE, emails: [{ email: "a@b", userId: "ada" }] }, "a@b is held by nobody"],
    ["an orphan identity", { ...NEVER, identities: WHOLE.identities }, "ada@example.com has an orphan identity"],
    ["a note that is left", { ...GONE, noteOwners: ["ada"] }, "notes 1, must be 0"],
    ["an open door", { ...GONE, closedCustomers: new Set() }, "door of orders closed false"],
    ["a closed door", { ...WHOLE, closedPeople: new Set(["ada"]) }, "door of delivery closed true"],
    ["a user without sign-up", { ...WHOLE, sagas: [] }, "ada is a user without a sign-up"],
    [
      "a sign-up that nobody goes on with",
      { ...WHOLE, signUps: [...WHOLE.signUps, { signUpId: "2", userId: null, state: "reserved" }] },
      "the sign-up 2 is reserved",
    ],
  ])("finds %s", (_, traces, violation) => {
    expect(checkPeople(traces).join("\n")).toContain(violation);
  });
});
