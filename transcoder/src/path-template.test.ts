import { describe, expect, it } from "vitest";
import { parsePathTemplate } from "./path-template.ts";

describe("parsePathTemplate", () => {
  it.each([
    ["/v1/orders", ["v1", "orders"], [], ""],
    ["/v1/orders/{order_id}", ["v1", "orders", "*"], [["order_id", 2, 3]], ""],
    ["/v1/orders/{order_id}:cancel", ["v1", "orders", "*"], [["order_id", 2, 3]], "cancel"],
    ["/v1/orders:batchGet", ["v1", "orders"], [], "batchGet"],
    ["/v1/{name=zoos/*}/animals", ["v1", "zoos", "*", "animals"], [["name", 1, 3]], ""],
    ["/v1/{a.b=**}", ["v1", "**"], [["a.b", 1, 2]], ""],
    ["/v1/*/x/{y}", ["v1", "*", "x", "*"], [["y", 3, 4]], ""],
  ])("takes %s apart", (template, parts, variables, verb) => {
    const parsed = parsePathTemplate(template);

    const texts = parsed.parts.map((part) => (part.kind === "literal" ? part.text : part.kind === "one" ? "*" : "**"));
    expect(texts).toEqual(parts);
    expect(parsed.variables.map(({ fieldPath, start, end }) => [fieldPath, start, end])).toEqual(variables);
    expect(parsed.verb).toBe(verb);
  });

  it.each([
    "",
    "v1",
    "/",
    "/v1/",
    "/v1//x",
    "/v1/{",
    "/v1/{}",
    "/v1/{a=}",
    "/v1/{a}b",
    "/v1/**/x",
    "/v1/a:",
    "/v1/a:b:c",
  ])("refuses %j", (template) => {
    expect(() => parsePathTemplate(template)).toThrow("path template");
  });
});
