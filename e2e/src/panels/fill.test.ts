import { describe, expect, it } from "vitest";
import { lacking } from "./answer.ts";
import { fillMacros, fillVariables, fillWindows, leftOpen } from "./fill.ts";

const shown = { from: new Date("2026-01-01T00:00:00Z"), to: new Date("2026-01-01T01:00:00Z"), stepS: 15 };
const values = new Map<string, string | string[]>([
  ["service", ["orders", "delivery"]],
  ["search", "it's"],
  ["route", ".+"],
]);

describe("a query is filled", () => {
  it.each([
    ['http{route=~"$route"}', 'http{route=~".+"}'],
    ["service IN (${service:singlequote})", "service IN ('orders','delivery')"],
    ["message LIKE ${search:sqlstring}", "message LIKE 'it''s'"],
    ['label_replace(x, "a", "$1", "b", "${1}")', 'label_replace(x, "a", "$1", "b", "${1}")'],
  ])("%s -> %s", (text, filled) => {
    expect(fillVariables(text, values)).toBe(filled);
  });

  it("with the windows that fit the shown time", () => {
    expect(fillWindows("rate(x[$__rate_interval]) + increase(x[$__range])", shown)).toBe(
      "rate(x[20s]) + increase(x[3600s])",
    );
  });

  it("with what the macros of ClickHouse stand for", () => {
    expect(fillMacros("SELECT $__timeInterval(minute) WHERE $__timeFilter(minute)", shown)).toBe(
      "SELECT toStartOfInterval(toDateTime(minute), INTERVAL 15 second) WHERE minute >= toDateTime(1767225600) AND minute <= toDateTime(1767229200)",
    );
  });

  it("or says what is left open", () => {
    expect(leftOpen("a $unknown b ${other:csv} $__timeFilter_ms(c) $1")).toEqual([
      "$unknown",
      "${other:csv}",
      "$__timeFilter_ms",
    ]);
  });
});

describe("an answer", () => {
  const of = (...cells: unknown[]) => ({ cells, warnings: [] });

  it.each([
    ["numbers", of(0, 3), "suite", undefined],
    ["words", of("orders"), "suite", undefined],
    ["zeros", of(0, 0), "suite", "nothing but zeros"],
    ["zeros beside words", of("orders", 0), "suite", "nothing but zeros"],
    ["no number", of(Number.NaN), "suite", "empty"],
    ["nothing", of(), "suite", "empty"],
    ["zeros that one hopes for", of(0), { mayBeZero: "why" }, undefined],
    ["nothing where zeros are hoped for", of(), { mayBeZero: "why" }, "empty"],
    ["nothing where nothing is fine", of(), { mayBeEmpty: "why" }, undefined],
    ["nothing before the faults", of(), "faults", undefined],
  ] as const)("of %s is judged by what its panel declares", (_, answer, after, problem) => {
    expect(lacking(answer, after, "suite")).toBe(problem);
  });

  it("must not be empty once the faults ran", () => {
    expect(lacking(of(), "faults", "faults")).toBe("empty");
  });

  it("that warns is not taken", () => {
    expect(lacking({ cells: [1], warnings: ["metric might not be a counter"] }, "suite", "suite")).toMatch(
      "might not be",
    );
  });
});
