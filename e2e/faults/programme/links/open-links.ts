import { BrokerLink, type LinkAddresses } from "./broker-link.ts";

/** A link to each broker. */
export interface Links extends AsyncDisposable {
  readonly all: readonly BrokerLink[];
}

const PAIR = /^([^\s:=]+):(\d+)=([^\s:=]+):(\d+)$/;

/**
 * Opens the links that `FAULTS_BROKER_LINKS` names, `host:port=host:port` of each broker: where a listener of it tells clients
 * to come, and where that listener is. None without it.
 */
export async function openLinks(env: NodeJS.ProcessEnv): Promise<Links> {
  await using opened = new AsyncDisposableStack();
  const all: BrokerLink[] = [];
  for (const addresses of linksOf(env)) all.push(opened.use(await BrokerLink.open(addresses)));
  const stack = opened.move();
  return { all, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The variables of services that reach their brokers by the links. */
export function throughLinks(env: NodeJS.ProcessEnv): Record<string, string> {
  const addresses = linksOf(env).map(({ host, port }) => `${host}:${port}`);
  if (addresses.length === 0) throw new Error("FAULTS_BROKER_LINKS is not set: the links to the brokers");
  return { KAFKA_BROKERS: addresses.join(",") };
}

function linksOf(env: NodeJS.ProcessEnv): LinkAddresses[] {
  const pairs = (env.FAULTS_BROKER_LINKS ?? "").split(",").filter(Boolean);
  return pairs.map((pair) => {
    const [, host = "", port, brokerHost = "", brokerPort] = PAIR.exec(pair) ?? [];
    if (port === undefined) throw new Error(`FAULTS_BROKER_LINKS holds ${pair}, which is not host:port=host:port`);
    return { host, port: Number(port), brokerHost, brokerPort: Number(brokerPort) };
  });
}
