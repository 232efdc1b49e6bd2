import { type GatewayFixture, ORIGIN, cookiesOf } from "./gateway-fixture.ts";

/** Goes the way of a browser: to the provider and back. */
export async function logIn(
  { send }: Pick<GatewayFixture, "send">,
  returnTo = "/docs",
): Promise<{ callback: Response; cookie: string }> {
  const begun = await send(`/v1/auth/login?return_to=${encodeURIComponent(returnTo)}`);
  const asked = await fetch(begun.headers.get("location") ?? "", { redirect: "manual" });
  const back = asked.headers.get("location") ?? "";
  const callback = await send(back.replace(ORIGIN, ""), { headers: { cookie: cookiesOf(begun) } });
  return { callback, cookie: cookiesOf(callback) };
}
