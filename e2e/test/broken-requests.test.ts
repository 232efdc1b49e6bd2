// Every REST route of the contract, called wrongly in every way the contract knows of: the documented status and a problem
// each time. Generated from the descriptors: a new RPC is covered without a line here.
import { getOption, hasOption, type DescMethod } from "@bufbuild/protobuf";
import { SERVICES } from "@animal-delivery/contracts/gen/services";
import { counter_examples, example } from "@animal-delivery/contracts/gen/common/v1/example_pb";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { at, listAt, textAt, type Api, type Json } from "../src/api.ts";
import { routeOf, ruleOf, toRestRequest, type RestRequest } from "../src/contract/rest-request.ts";
import { violationsOf } from "../src/contract/violations.ts";
import { as } from "../src/people.ts";

const target = inject("target");
const BODY_BYTES_MAX = 1024 * 1024;

interface Route {
  readonly name: string;
  readonly method: DescMethod;
  readonly example: Json;
  readonly request: RestRequest;
  readonly hasBody: boolean;
}

const routes: Route[] = SERVICES.flatMap((service) =>
  service.methods
    .filter((method) => ruleOf(method) !== undefined)
    .map((method) => {
      const json = JSON.parse(getOption(method.input, example)) as Json;
      const request = toRestRequest(method, json);
      const name = `${request.method} ${routeOf(ruleOf(method)!).template}`;
      return { name, method, example: json, request, hasBody: request.body !== undefined };
    }),
);

let admin: Api;
beforeAll(async () => {
  admin = await as(target, "admin");
});

/** The methods of REST that each path has; of a path with ids, whatever they are. */
const methodsByPath = Map.groupBy(
  SERVICES.flatMap((service) => service.methods)
    .flatMap((method) => ruleOf(method) ?? [])
    .flatMap((rule) => [rule, ...rule.additionalBindings])
    .map(routeOf),
  ({ template }) => plainPath(template),
);

/** A method that the route's path does not have. */
function methodAmiss(method: DescMethod): string {
  const there = methodsByPath.get(plainPath(routeOf(ruleOf(method)!).template))?.map(({ verb }) => verb);
  const amiss = ["PUT", "PATCH", "DELETE", "POST"].find((verb) => !there?.includes(verb));
  if (amiss === undefined) throw new Error(`${method.name} has a path that takes every method`);
  return amiss;
}

function plainPath(template: string): string {
  return template.replace(/\{[^}]*\}/g, "{}");
}

/** Sends a request as it is, with an admin's token unless told otherwise. */
async function send(
  request: RestRequest,
  change: { method?: string; body?: BodyInit; headers?: Record<string, string> } = {},
): Promise<Response> {
  const body = change.body ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
  return fetch(target.baseUrl + request.path, {
    method: change.method ?? request.method,
    headers: {
      authorization: `Bearer ${admin.token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...change.headers,
    },
    ...(body === undefined ? {} : { body }),
  });
}

async function expectProblem(response: Response, status: number, type: string): Promise<Json> {
  const text = await response.text();
  expect(response.status, text).toBe(status);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  const problem = JSON.parse(text) as Json;
  expect(problem).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  expect(textAt(problem, "type")).toContain(type);
  return problem;
}

describe.each(routes)("$name", ({ method, example: valid, request, hasBody }) => {
  it("answers 405 and what it allows to a method it does not have", async () => {
    const response = await send({ ...request, body: undefined }, { method: methodAmiss(method) });

    await expectProblem(response, 405, "method-not-allowed");
    expect(response.headers.get("allow")).toContain(request.method);
  });

  it("answers 400 to a field it does not know", async () => {
    const response = hasBody
      ? await send({ ...request, body: { ...(request.body as Record<string, Json>), no_such_field: 1 } })
      : await send({ ...request, path: `${request.path}${request.path.includes("?") ? "&" : "?"}no_such_field=1` });

    await expectProblem(response, 400, "request-invalid");
  });

  if (hasBody) {
    it("answers 415 to a body that is not JSON by its type", async () => {
      const response = await send(request, { headers: { "content-type": "text/plain" } });

      await expectProblem(response, 415, "media-type-unsupported");
    });

    it("answers 400 to a body that is not JSON by its text", async () => {
      await expectProblem(await send(request, { body: "{" }), 400, "request-invalid");
    });

    it("answers 413 to a body over the limit", async () => {
      await expectProblem(await send(request, { body: " ".repeat(BODY_BYTES_MAX + 1) }), 413, "request-too-large");
    });
  }

  it("answers 401 to a token that is none", async () => {
    await expectProblem(await send(request, { headers: { authorization: "Bearer garbage" } }), 401, "token-invalid");
  });

  for (const { name, message } of violationsOf(method.input, valid)) {
    if (!isTold(method, message)) continue;
    it(`answers 400 and names the field when it breaks ${name}`, async () => {
      const problem = await expectProblem(await send(toRestRequest(method, message)), 400, "request-invalid");

      const field = (name.split(" ")[0] ?? "").replace("[]", "[0]");
      const fields = listAt(problem, "errors").map((error) => textAt(error, "field"));
      expect(fields.some((told) => told.startsWith(field) || field.startsWith(told))).toBe(true);
    });
  }

  for (const { ruleId, json } of counterExamplesOf(method)) {
    it(`answers 400 when it breaks the rule ${ruleId}`, async () => {
      const response = await send(toRestRequest(method, JSON.parse(json) as Json));

      await expectProblem(response, 400, "request-invalid");
    });
  }
});

/** The counter-examples that REST can say: a path without its id is another route. */
function counterExamplesOf(method: DescMethod): { ruleId: string; json: string }[] {
  if (!hasOption(method.input, counter_examples)) return [];
  return getOption(method.input, counter_examples).filter(({ json }) => isTold(method, JSON.parse(json) as Json));
}

/** Whether REST can say this at all: an empty path segment is another route, and a PATCH's mask follows from its body. */
function isTold(method: DescMethod, message: Json): boolean {
  const { template } = routeOf(ruleOf(method)!);
  const inPath = [...template.matchAll(/\{([^}=]+)/g)].map((match) => match[1] ?? "");
  if (inPath.some((name) => [null, ""].includes(at(message, ...name.split(".")) as string | null))) return false;
  return !(method.input.field["updateMask"] && at(message, "update_mask") === null);
}
