// `npm run load -- --url http://localhost:8080 --rate 200`: an open-loop load client for anybody's deployment.
// It stops by itself after --duration seconds, and at Ctrl-C.
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { runOpenLoop, type LoadReport } from "./open-loop.ts";
import { percentile } from "./percentile.ts";

const USAGE = `usage: npm run load -- [options]
  --url URL            the gateway (http://localhost:8080)
  --scenario NAME      read: one product again and again; order: place orders of it (read)
  --rate N             calls a second, 1 to 20000 (100)
  --duration SECONDS   1 to 3600 (30)
  --in-flight N        calls in flight at which further ones are shed, 1 to 10000 (1000)
  --product ID         which product (the first one of the catalogue)
  --user NAME          who signs in (customer)
  --password TEXT      with which password (LOAD_PASSWORD, else the seeded one)`;

interface Options {
  readonly url: string;
  readonly scenario: string;
  readonly rate: number;
  readonly durationMs: number;
  readonly inFlightMax: number;
  readonly product: string | undefined;
  readonly user: string;
  readonly password: string;
}

/** Reads the arguments. @throws {Error} that names the wrong one. */
function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: "string", default: "http://localhost:8080" },
      scenario: { type: "string", default: "read" },
      rate: { type: "string", default: "100" },
      duration: { type: "string", default: "30" },
      "in-flight": { type: "string", default: "1000" },
      product: { type: "string" },
      user: { type: "string", default: "customer" },
      password: { type: "string" },
    },
  });
  if (!["read", "order"].includes(values.scenario)) throw new Error(`--scenario is read or order`);
  return {
    url: values.url.replace(/\/$/, ""),
    scenario: values.scenario,
    rate: whole("--rate", values.rate, 20_000),
    durationMs: whole("--duration", values.duration, 3600) * 1000,
    inFlightMax: whole("--in-flight", values["in-flight"], 10_000),
    product: values.product,
    user: values.user,
    password: values.password ?? process.env.LOAD_PASSWORD ?? `${values.user}-password`,
  };
}

function whole(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max)
    throw new Error(`${name} is a whole number from 1 to ${max}`);
  return value;
}

async function json(response: Response): Promise<Record<string, unknown>> {
  const body = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${JSON.stringify(body)}`);
  return body;
}

async function signIn(options: Options): Promise<string> {
  const response = await fetch(`${options.url}/v1/auth/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: options.user, password: options.password }),
  });
  return String((await json(response)).access_token);
}

async function firstProduct(options: Options): Promise<string> {
  const body = await json(await fetch(`${options.url}/v1/products?page_size=1`));
  const [product] = body.products as { product_id: string }[];
  if (!product) throw new Error("the catalogue is empty; list a product first (npm run demo does)");
  return product.product_id;
}

function orderOf(productId: string): string {
  const place = { street: "Load street 1", city: "Berlin", postal_code: "10115", country: "DE" };
  return JSON.stringify({
    items: [{ product_id: productId, quantity: 1 }],
    pickup: { ...place, latitude: 52.5, longitude: 13.4 },
    drop_off: { ...place, latitude: 52.4, longitude: 13.1 },
    recipient: { name: "Load Test", phone: "+4915112345678" },
  });
}

/** One call of the scenario. */
function callOf(options: Options, token: string, productId: string): () => Promise<string> {
  const authorization = `Bearer ${token}`;
  const order = orderOf(productId);
  return async () => {
    const response =
      options.scenario === "read"
        ? await fetch(`${options.url}/v1/products/${productId}`, { headers: { authorization } })
        : await fetch(`${options.url}/v1/orders`, {
            method: "POST",
            headers: { authorization, "content-type": "application/json", "idempotency-key": randomUUID() },
            body: order,
          });
    await response.arrayBuffer();
    return String(response.status);
  };
}

function print(options: Options, report: LoadReport): void {
  const achieved = (report.sent / report.elapsedMs) * 1000;
  console.log(`sent ${report.sent}, shed ${report.shed}; ${achieved.toFixed(1)} calls/s of ${options.rate} wanted`);
  for (const [outcome, count] of report.outcomes) console.log(`  ${outcome}: ${count}`);
  const at = (share: number) => percentile(report.latenciesMs, share).toFixed(1);
  console.log(
    `latency from the moment due: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`,
  );
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const token = await signIn(options);
  const productId = options.product ?? (await firstProduct(options));
  const { rate, durationMs, inFlightMax } = options;
  const call = callOf(options, token, productId);
  print(options, await runOpenLoop({ rate, durationMs, inFlightMax, call, signal: stop.signal }));
  return 0;
}

process.exitCode = await main();
