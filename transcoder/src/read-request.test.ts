import { describe, expect, it } from "vitest";
import { echo, json } from "./testing/echo.ts";
import { zooService } from "./testing/zoo.ts";

const zoo = echo(
  zooService([
    {
      name: "ListAnimals",
      input: "ListAnimalsRequest",
      output: "Animal",
      rule: {
        pattern: { case: "get", value: "/v1/animals" },
        additionalBindings: [
          { pattern: { case: "get", value: "/v1/{parent=zoos/*}/animals" } },
          { pattern: { case: "get", value: "/v1/aged/{filter.age_min}" } },
        ],
      },
    },
    {
      name: "PutAnimal",
      input: "Animal",
      output: "Animal",
      rule: { pattern: { case: "put", value: "/v1/animals/{animal_id}" }, body: "*" },
    },
    {
      name: "SetTags",
      input: "Animal",
      output: "Animal",
      rule: { pattern: { case: "put", value: "/v1/animals/{animal_id}/tags" }, body: "tags", responseBody: "tags" },
    },
  ]),
);

describe("a query", () => {
  it.each([
    ["name_prefix=Mi", { name_prefix: "Mi" }],
    ["namePrefix=M%C3%BCcke+x", { name_prefix: "Mücke x" }],
    ["tags=a&tags=b", { tags: ["a", "b"] }],
    ["kinds=KIND_CAT&kinds=2", { kinds: ["KIND_CAT", "KIND_DOG"] }],
    ["filter.age_min=3&filter.tame=true", { filter: { age_min: 3, tame: true } }],
    ["filter.inner.ageMin=-1", { filter: { inner: { age_min: -1 } } }],
    ["filter.seen_after=2026-01-31T12:00:00Z", { filter: { seen_after: "2026-01-31T12:00:00Z" } }],
    ["wild=false", { wild: false }],
    ["mark=AAE%3D", { mark: "AAE=" }],
    ["chip=9223372036854775807", { chip: "9223372036854775807" }],
    ["weight=1.5e3", { weight: 1500 }],
    ["weight=NaN", { weight: "NaN" }],
    ["read_mask=name_prefix,tags", { read_mask: "namePrefix,tags" }],
    ["name_prefix=a&name_prefix=b", { name_prefix: "b" }],
    ["", {}],
  ])("with %s fills the message", async (query, message) => {
    const response = await zoo.send(`/v1/animals?${query}`);

    expect(response.status).toBe(200);
    expect(zoo.asked()).toEqual(message);
  });

  it.each([
    ["nothing=1", "nothing", "is not a query parameter of this route"],
    ["filter.nothing=1", "filter.nothing", "is not a query parameter of this route"],
    ["filter=1", "filter", "is not a query parameter of this route"],
    ["labels.a=1", "labels.a", "is not a query parameter of this route"],
    ["__proto__.x=1", "__proto__.x", "is not a query parameter of this route"],
    ["constructor=1", "constructor", "is not a query parameter of this route"],
    ["filter.age_min=x", "filter.age_min", "must be a whole number from -2147483648 to 2147483647"],
    ["filter.age_min=", "filter.age_min", "must be a whole number from -2147483648 to 2147483647"],
    ["filter.age_min=2147483648", "filter.age_min", "must be a whole number from -2147483648 to 2147483647"],
    ["filter.tame=yes", "filter.tame", "must be true or false"],
    ["wild=1", "wild", "is not valid"],
    ["filter.seen_after=yesterday", "filter.seen_after", "must be an RFC 3339 time such as 2026-01-31T12:00:00Z"],
    ["kinds=KIND_CAT&kinds=cat", "kinds[1]", "must be one of KIND_UNSPECIFIED, KIND_CAT, KIND_DOG"],
    ["chip=1.5", "chip", "must be a whole number of 64 bits, best as a string"],
    [
      `${"filter.".repeat(1)}${"inner.".repeat(40)}tame=true`,
      `filter.${"inner.".repeat(40)}tame`,
      "is not a query parameter of this route",
    ],
  ])("with %s is refused", async (query, field, message) => {
    const response = await zoo.send(`/v1/animals?${query}`);

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ reason: "REQUEST_INVALID", violations: [{ field, message }] });
  });

  it("is refused on a route whose body is the whole message, and for a field that the path has", async () => {
    const whole = await zoo.send("/v1/animals/7?tame=true", json("PUT", {}));
    const path = await zoo.send("/v1/zoos/berlin/animals?parent=zoos/paris");

    expect(whole.status).toBe(400);
    expect(path.status).toBe(400);
  });

  it("tells every wrong parameter at once", async () => {
    const response = await zoo.send("/v1/animals?a=1&b=2");

    const { violations } = (await response.json()) as { violations: { field: string }[] };
    expect(violations.map(({ field }) => field)).toEqual(["a", "b"]);
  });
});

describe("a path", () => {
  it.each([
    ["/v1/zoos/berlin/animals?tags=x", { parent: "zoos/berlin", tags: ["x"] }],
    ["/v1/aged/3?filter.tame=true", { filter: { age_min: 3, tame: true } }],
  ])("%s fills the message", async (target, message) => {
    expect((await zoo.send(target)).status).toBe(200);
    expect(zoo.asked()).toEqual(message);
  });

  it("with a value of the wrong type is refused", async () => {
    const response = await zoo.send("/v1/aged/old");

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ violations: [{ field: "filter.age_min" }] });
  });
});

describe("a body", () => {
  it.each([
    [{ filter: { ageMin: 3 } }, { filter: { age_min: 3 } }],
    [{ filter: { age_min: 3 } }, { filter: { age_min: 3 } }],
    [{ animal_id: "7", tags: ["a"] }, { tags: ["a"] }],
    [{ tags: null }, {}],
    [{ labels: { a: 1 } }, { labels: { a: 1 } }],
    [{ chip: 5 }, { chip: "5" }],
  ])("%j fills the message", async (body, message) => {
    const response = await zoo.send("/v1/animals/7", json("PUT", body));

    expect(response.status).toBe(200);
    expect(zoo.asked()).toEqual({ animal_id: "7", ...message });
  });

  it("may be left out", async () => {
    expect((await zoo.send("/v1/animals/7", { method: "PUT" })).status).toBe(200);
    expect(zoo.asked()).toEqual({ animal_id: "7" });
  });

  it("goes into the field that the rule names, also into a list", async () => {
    const response = await zoo.send("/v1/animals/7/tags?tame=true", json("PUT", ["a", "b"]));

    expect(response.status).toBe(200);
    expect(zoo.asked()).toEqual({ animal_id: "7", tags: ["a", "b"], tame: true });
  });

  it.each([
    [[], "", "must be a JSON object"],
    [null, "", "must be a JSON object"],
    ["text", "", "must be a JSON object"],
    [{ nothing: 1 }, "nothing", "is not a field of this request"],
    [JSON.parse('{"__proto__":{"tame":true}}'), "__proto__", "is not a field of this request"],
    [{ filter: { nothing: 1 } }, "filter.nothing", "is not a field of this request"],
    [{ filter: [] }, "filter", "must be a JSON object"],
    [{ filters: [{}, { ageMin: "x" }] }, "filters[1].age_min", "must be a whole number from -2147483648 to 2147483647"],
    [{ filters: [null] }, "filters[0]", "must not be null"],
    [{ filters: {} }, "filters", "must be an array"],
    [{ tags: "a" }, "tags", "must be an array"],
    [{ tags: [1] }, "tags[0]", "must be a string"],
    [{ labels: [] }, "labels", "must be an object"],
    [{ labels: { a: "x" } }, 'labels["a"]', "must be a whole number from -2147483648 to 2147483647"],
    [{ kind: "cat" }, "kind", "must be one of KIND_UNSPECIFIED, KIND_CAT, KIND_DOG"],
    [{ mark: 5 }, "mark", "must be a base64 string"],
    [{ tame: "true" }, "tame", "must be true or false"],
    [{ age: -1 }, "age", "must be a whole number from 0 to 4294967295"],
    [{ animal_id: "8" }, "animal_id", "is not what the URL says"],
    [{ filter: { age_min: 1, ageMin: 2 } }, "filter.age_min", "is given twice, in snake_case and in camelCase"],
    [{ chip: 1, brand: "x" }, "", "is nested too deep or sets two fields of which one is allowed"],
    [{ filter: nested(200) }, "", "is nested too deep or sets two fields of which one is allowed"],
  ])("%j is refused", async (body, field, message) => {
    const response = await zoo.send("/v1/animals/7", json("PUT", body));

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ reason: "REQUEST_INVALID", violations: [{ field, message }] });
  });

  it("nested deep where the URL has a value is refused", async () => {
    const depth = 20_000;
    const body = `{"animal_id":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    const headers = { "content-type": "application/json" };

    const response = await zoo.send("/v1/animals/7", { method: "PUT", headers, body });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ violations: [{ field: "animal_id" }] });
  });

  it("tells every wrong field at once", async () => {
    const response = await zoo.send("/v1/animals/7", json("PUT", { tame: 1, filter: { tame: 2 }, nothing: 3 }));

    const { violations } = (await response.json()) as { violations: { field: string }[] };
    expect(violations.map(({ field }) => field)).toEqual(["tame", "filter.tame", "nothing"]);
  });
});

function nested(depth: number): object {
  return depth === 0 ? {} : { inner: nested(depth - 1) };
}
