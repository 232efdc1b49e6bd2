// The pages to which mails lead; their script runs on as much of a document as it touches, its requests in the gateway.
import { runInNewContext } from "node:vm";
import { DomainError } from "@animal-delivery/platform/errors";
import { AuthService } from "@animal-delivery/contracts/gen/users/v1/auth_service_pb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { gatewayFixture, ORIGIN, type GatewayFixture } from "../testing/gateway-fixture.ts";
import { startIssuer, type TestIssuer } from "../testing/issuer.ts";

const PASSWORD = { new_password: "nineteen wild otters" };

let issuer: TestIssuer;
let gateway: GatewayFixture;
const asked: object[] = [];
let refusal: DomainError | undefined;

beforeAll(async () => {
  issuer = await startIssuer();
  const answer = (request: object) => {
    asked.push(request);
    if (refusal) throw refusal;
    return {};
  };
  const routes = { resetPassword: answer, verifyEmail: answer };
  gateway = await gatewayFixture(issuer.url, (router) => router.service(AuthService, routes), {}, "accounts");
});
afterAll(() => issuer[Symbol.asyncDispose]());
beforeEach(() => {
  asked.length = 0;
  refusal = undefined;
});

describe.each(["/reset-password", "/verify-email"])("the page %s", (path) => {
  it("runs a script of this origin alone, which may ask this origin alone, and sends no form", async () => {
    const answer = await gateway.send(path);
    const text = await answer.text();

    const policy = answer.headers.get("content-security-policy");
    expect(answer.status).toBe(200);
    expect(policy).toMatch(/^default-src 'none'; .*; script-src 'self'; connect-src 'self'; form-action 'none'$/);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(text).not.toMatch(/<script>|\son\w+=|style=|(?:src|href)="(?!\/)/);
    for (const [, file = ""] of text.matchAll(/(?:src|href)="([^"]+\.\w+)"/g)) {
      expect((await gateway.send(file)).status).toBe(200);
    }
    for (const [, name = ""] of text.matchAll(/(?:for|aria-describedby)="(\w+)"/g)) {
      expect(text).toContain(`id="${name}"`);
    }
  });

  it("asks for the link once more when there is no token", async () => {
    const page = await opened(path, "");

    expect(page.outcome.textContent).toContain("not complete");
    expect(page.button.disabled).toBe(true);
  });
});

describe("the script of a mail's page", () => {
  it("sends the new password with the token, once asked to", async () => {
    const page = await opened("/reset-password", "#token=t0ken", PASSWORD);
    expect(page.address).toBe("/reset-password");
    expect(asked).toEqual([]);

    await page.submit();

    expect(asked).toMatchObject([{ token: "t0ken", newPassword: "nineteen wild otters" }]);
    expect(page.done).toMatchObject({ hidden: false, isFocused: true });
    expect(page.form.hidden).toBe(true);
    expect(page.outcome.textContent).toBe("");
  });

  it("sends the token that proves an address", async () => {
    const page = await opened("/verify-email", "#token=t0ken");

    await page.submit();

    expect(asked).toMatchObject([{ token: "t0ken" }]);
    expect(page.done.hidden).toBe(false);
  });

  it.each([
    ["/verify-email", new DomainError("invalid", "MAIL_TOKEN_INVALID", "used"), "not good any more"],
    ["/verify-email", new DomainError("alreadyExists", "EMAIL_TAKEN", "taken"), "Somebody has this"],
    ["/reset-password", new DomainError("invalid", "PASSWORD_COMMON", "common"), "everybody tries first"],
    ["/reset-password", new DomainError("unavailable", "UNAVAILABLE", "away"), "Try again in a moment"],
  ])("says on %s what was refused, and lets people try again", async (path, error, text) => {
    refusal = error;
    const page = await opened(path, "#token=t0ken", path === "/reset-password" ? PASSWORD : {});

    await page.submit();

    expect(page.outcome.textContent).toContain(text);
    expect(page.button.disabled).toBe(false);
    expect([page.form.hidden, page.done.hidden]).toEqual([false, true]);
  });
});

interface Element {
  disabled: boolean;
  hidden: boolean;
  textContent: string;
  isFocused: boolean;
}

function element(fields: Partial<Element> = {}): Element & { focus: () => void } {
  const it = { disabled: false, hidden: false, textContent: "", isFocused: false, ...fields };
  return Object.assign(it, { focus: () => void (it.isFocused = true) });
}

/** Opens a page whose form holds these fields, and runs its script. */
async function opened(path: string, hash: string, fields: Record<string, string> = {}) {
  const text = await (await gateway.send(path)).text();
  const [, script = ""] = /<script src="([^"]+)">/.exec(text) ?? [];
  const [, call] = /data-call="([^"]+)"/.exec(text) ?? [];
  let submit = (_event: { preventDefault: () => void }): unknown => undefined;
  const form = Object.assign(element(), {
    dataset: { call },
    addEventListener: (_name: string, listener: typeof submit) => void (submit = listener),
  });
  const [button, outcome, done] = [element({ disabled: true }), element(), element({ hidden: true })];
  const parts: Record<string, object> = { form, button, "#outcome": outcome, "#done": done };
  const page = {
    form,
    button,
    outcome,
    done,
    address: path + hash,
    submit: async () => submit({ preventDefault() {} }),
  };
  runInNewContext(await (await gateway.send(script)).text(), {
    document: { querySelector: (name: string) => parts[name] },
    location: { hash, pathname: path },
    history: { replaceState: (_state: unknown, _title: string, address: string) => void (page.address = address) },
    URLSearchParams,
    FormData: class {
      *[Symbol.iterator]() {
        yield* Object.entries(fields);
      }
    },
    fetch: (url: string, init: Omit<RequestInit, "headers"> & { headers: Record<string, string> }) =>
      gateway.send(url, { ...init, headers: { ...init.headers, origin: ORIGIN } }),
  });
  return page;
}
