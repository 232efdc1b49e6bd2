import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createConfig, lint } from "@redocly/openapi-core";
import { describe, expect, it } from "vitest";

const FILE = fileURLToPath(new URL("../openapi/messenger.json", import.meta.url));

interface Operation {
  readonly operationId: string;
  readonly security?: object[];
  readonly responses: Record<string, { readonly $ref?: string }>;
}

const text = await readFile(FILE, "utf8");
const document = JSON.parse(text) as {
  readonly security: object[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: Record<string, Record<string, object>>;
};
const operations = Object.values(document.paths).flatMap((item) => Object.values(item));

describe("messenger.json", () => {
  it("passes Redocly's recommended rules, so that nothing it refers to is missing and nothing is there for nobody", async () => {
    const rules = { "operation-4xx-response": "off", "no-unused-components": "error" } as const;
    const config = await createConfig({ extends: ["recommended"], rules });

    const problems = await lint({ ref: FILE, config });

    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  });

  it("describes what the messenger serves alone, and nothing of the platform", () => {
    const services = new Set(operations.map(({ operationId }) => operationId.split("_", 1)[0]));

    expect([...services].sort()).toEqual(["ChatService", "MessageService", "Operations", "SessionService"]);
    for (const word of ["bearer", "RateLimit", "ACCESS_DENIED", "CSRF", "x-access", "RATE_LIMITED", "SPEAKER_GONE"]) {
      expect(text).not.toContain(word);
    }
  });

  it("asks for a session everywhere but where one is made", () => {
    const open = operations.filter(({ security }) => security?.length === 0).map(({ operationId }) => operationId);

    expect(document.security).toEqual([{ Session: [] }]);
    expect(document.components["securitySchemes"]).toMatchObject({ Session: { in: "header", name: "Authorization" } });
    expect(open.sort()).toEqual([
      "Operations_Health",
      "Operations_Readiness",
      "Operations_Version",
      "SessionService_CreateSession",
    ]);
    expect(document.paths["/v1/chat-sessions"]?.["post"]?.responses).not.toHaveProperty("401");
    expect(document.paths["/v1/chats"]?.["post"]?.responses).toHaveProperty("401");
  });
});
