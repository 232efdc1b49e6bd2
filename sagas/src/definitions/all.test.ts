import { create, toJson } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { isPastReturn } from "../domain/advance.ts";
import { newSaga } from "../domain/saga.ts";
import { DEFINITIONS } from "./all.ts";
import { command, saga, sagasOf, step, user, type CommandDefinition } from "./define.ts";
import { SOON } from "./patience.ts";

const PACE = { retry: { firstMs: 500, maxMs: 5_000 }, stepTimeoutMs: undefined };

describe("the sagas", () => {
  it.each([
    [
      "sign-up",
      [
        "identity accounts ConfirmIdentity / WithdrawIdentity",
        "profile accounts CreateProfile / RemoveProfile",
        "welcome-note notes WriteWelcomeNote / EraseWelcomeNote",
        "enable accounts EnableIdentity / SuspendIdentity",
      ],
      undefined,
    ],
    [
      "delete-user",
      [
        "account accounts CloseAccount / ReopenAccount",
        "customer orders CloseCustomer / ReopenCustomer",
        "courier delivery ClosePerson / ReopenPerson",
        "sign-in accounts DisableIdentity / RestoreIdentity",
        "notes notes EraseNotes",
        "chats messenger EraseChats",
        "orders orders AnonymiseOrders",
        "deliveries delivery AnonymiseDeliveries",
        "profile accounts EraseProfile",
        "identity accounts EraseIdentity",
      ],
      "notes",
    ],
  ])("of the kind %s have these steps", (kind, steps, pointOfNoReturn) => {
    const definition = sagasOf(DEFINITIONS, PACE).get(kind)!;

    expect(
      definition.steps.map(({ step, participant, take, undo }) =>
        [step, participant, take.schema.name, ...(undo ? ["/", undo.schema.name] : [])].join(" "),
      ),
    ).toEqual(steps);
    const seed = { sagaId: "saga", subjectId: "ada", correlationId: "", traceHeaders: {} };
    const begun = newSaga({ ...seed, plan: definition, now: new Date(0) });
    const first = definition.steps.find(({ step }) => isPastReturn(definition, { ...begun, step }));
    expect(first?.step).toBe(pointOfNoReturn);
  });

  it.each(commands())("tell with %s whom, and why where it asks", (_, { schema, messageOf }) => {
    const message = toJson(schema, create(schema, messageOf({ subjectId: "ada", reason: "CUSTOMER_BUSY" })));

    const hasReason = schema.fields.some(({ name }) => name === "reason");
    expect(message).toEqual({ userId: "ada", ...(hasReason && { reason: "CUSTOMER_BUSY" }) });
  });

  it("ask somebody who was away again within ten seconds", () => {
    for (const { steps, retry } of sagasOf(DEFINITIONS, PACE).values()) {
      for (const { timeoutMs } of steps) expect(Math.max(timeoutMs, retry.maxMs)).toBeLessThan(10_000);
    }
  });
});

describe("sagasOf", () => {
  const one = step("one", "accounts", { ...SOON, take: command(commands()[0]![1].schema, user) });

  it("gives every step the time that this deployment has for steps", () => {
    const sagas = sagasOf([saga("a", [one])], { ...PACE, stepTimeoutMs: 7 });

    expect(sagas.get("a")?.steps[0]).toMatchObject({ timeoutMs: 7, attempts: SOON.attempts, canUndo: false });
  });

  it("wants kinds, and the steps of one saga, to have names of their own", () => {
    expect(() => sagasOf([saga("a", []), saga("a", [])], PACE)).toThrow("two sagas are of the kind a");
    expect(() => sagasOf([saga("a", [one, one])], PACE)).toThrow("two steps of a have one name");
  });
});

function commands(): [string, CommandDefinition][] {
  return DEFINITIONS.flatMap(({ steps }) => steps)
    .flatMap(({ take, undo }) => (undo ? [take, undo] : [take]))
    .map((definition) => [definition.schema.name, definition]);
}
