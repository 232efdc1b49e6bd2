import { describe, expect, it } from "vitest";
import { routesOf } from "./route.ts";
import { createRouteTable } from "./route-table.ts";
import { zooService } from "./testing/zoo.ts";

const animal = { input: "Animal", output: "Animal" };

function get(template: string) {
  return { case: "get", value: template } as const;
}

const service = zooService([
  { name: "GetAnimal", ...animal, rule: { pattern: get("/v1/animals/{animal_id}") } },
  { name: "GetOldest", ...animal, rule: { pattern: get("/v1/animals/oldest") } },
  { name: "Wash", ...animal, rule: { pattern: { case: "post", value: "/v1/animals/{animal_id}:wash" }, body: "*" } },
  {
    name: "Feed",
    ...animal,
    rule: { pattern: { case: "custom", value: { kind: "FEED", path: "/v1/animals/{animal_id}" } } },
  },
  { name: "AnyMethod", ...animal, rule: { pattern: { case: "custom", value: { kind: "*", path: "/v1/any" } } } },
  {
    name: "ListOfZoo",
    input: "ListAnimalsRequest",
    output: "Animal",
    rule: { pattern: get("/v1/{parent=zoos/*}/animals") },
  },
  { name: "GetFile", ...animal, rule: { pattern: get("/v1/files/{animal_id=**}") } },
]);
const table = createRouteTable(routesOf(service));

describe("RouteTable.find", () => {
  it.each([
    ["GET", "/v1/animals/7", "GetAnimal", ["7"]],
    ["GET", "/v1/animals/oldest", "GetOldest", []],
    ["GET", "/v1/animals/a%20b%2Fc", "GetAnimal", ["a b/c"]],
    ["GET", "/v1/animals/%C3%A4", "GetAnimal", ["ä"]],
    ["GET", "/v1/anim%61ls/7", "GetAnimal", ["7"]],
    ["POST", "/v1/animals/7:wash", "Wash", ["7"]],
    ["POST", "/v1/animals/a:b:wash", "Wash", ["a:b"]],
    ["GET", "/v1/animals/auth0:7", "GetAnimal", ["auth0:7"]],
    ["GET", "/v1/animals/7%3Awash", "GetAnimal", ["7:wash"]],
    ["GET", "/v1/animals/7:", "GetAnimal", ["7:"]],
    ["FEED", "/v1/animals/7", "Feed", ["7"]],
    ["PUT", "/v1/any", "AnyMethod", []],
    ["GET", "/v1/zoos/berlin/animals", "ListOfZoo", ["zoos/berlin"]],
    ["GET", "/v1/files/a/b%2Fc/d%20e", "GetFile", ["a/b%2Fc/d e"]],
    ["GET", "/v1/files", "GetFile", [""]],
  ])("finds %s %s", (method, path, name, variables) => {
    const { match } = table.find(method, path);

    expect(match?.route.method.name).toBe(name);
    expect(match?.variables).toEqual(variables);
  });

  it.each([
    ["GET", "/v1"],
    ["GET", "/"],
    ["GET", "/v1/animals/"],
    ["GET", "/v1/animals/7/"],
    ["GET", "/v1//animals/7"],
    ["GET", "/v2/animals/7"],
    ["GET", "/v1/zoos//animals"],
    ["POST", "/v1/animals/7:explode"],
  ])("knows nothing of %s %s", (method, path) => {
    expect(table.find(method, path)).toEqual({ match: undefined, allowed: [] });
  });

  it("names the methods of a path that has another one", () => {
    expect(table.find("POST", "/v1/animals/7").allowed).toEqual(["GET", "FEED"]);
    expect(table.find("GET", "/v1/animals/7:wash").allowed).toEqual(["POST"]);
  });

  it("refuses a path that is not percent-encoded UTF-8", () => {
    expect(() => table.find("GET", "/v1/animals/%ff")).toThrow("percent-encoded");
  });
});

describe("createRouteTable", () => {
  it("refuses two routes for one method and path", () => {
    const twice = zooService([
      { name: "A", ...animal, rule: { pattern: get("/v1/animals/{animal_id}") } },
      { name: "B", ...animal, rule: { pattern: get("/v1/animals/{brand}") } },
    ]);

    expect(() => createRouteTable(routesOf(twice))).toThrow("the same route");
  });
});

describe("routesOf", () => {
  it.each([
    ["a path variable that is no field", { pattern: get("/v1/{nothing}") }, "has no field nothing"],
    [
      "a body that is no field",
      { pattern: { case: "post", value: "/v1/x" } as const, body: "nothing" },
      "has no field nothing",
    ],
    ["a response body that is no field", { pattern: get("/v1/x"), responseBody: "nothing" }, "has no field nothing"],
    ["a rule without a path", {}, "names no path"],
    ["a broken template", { pattern: get("/v1/{") }, "is broken"],
  ])("refuses %s", (_what, rule, message) => {
    expect(() => routesOf(zooService([{ name: "A", ...animal, rule }]))).toThrow(message);
  });

  it("refuses an RPC that streams from the client", () => {
    const upload = zooService([{ name: "A", ...animal, rule: { pattern: get("/v1/x") }, clientStreaming: true }]);

    expect(() => routesOf(upload)).toThrow("streams from the client");
  });
});
