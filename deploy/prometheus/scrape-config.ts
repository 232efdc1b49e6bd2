import { OUR_SERVICES, portsFrom, PORT_DEFAULT, type Ports } from "../embedded/ports.ts";
import { type Yaml } from "./to-yaml.ts";

/** Where the platform runs that Prometheus looks at. */
export type Place = "compose" | LocalPorts;

/** Everything on this machine, each at a port of its own. */
export interface LocalPorts {
  /** The base of our services' ports, as in `deploy/embedded/ports.ts`. */
  readonly base: number;
  readonly spanMetrics: number;
  readonly collector: number;
  readonly keycloak: number;
  readonly prometheus: number;
}

export const LOCAL_PORTS: LocalPorts = {
  base: PORT_DEFAULT,
  spanMetrics: 8889,
  collector: 8888,
  keycloak: 9180,
  prometheus: 9090,
};

interface Job {
  readonly job: string;
  /** In the compose network. A service of ours may run several times there: each address of its name is asked. */
  readonly compose: { readonly host: string; readonly port: number; readonly replicas?: true };
  /** The port when everything runs on this machine. */
  readonly local: (ports: LocalPorts) => number;
}

/** Our services keep one ops port in their containers; on one machine each has its own. */
const CONTAINER_OPS_PORT = 9020;

const JOBS: readonly Job[] = [
  ...OUR_SERVICES.map(ours),
  // What the collector makes of spans, and what it tells of itself.
  { job: "span-metrics", compose: { host: "otel-collector", port: 8889 }, local: ({ spanMetrics }) => spanMetrics },
  { job: "otel-collector", compose: { host: "otel-collector", port: 8888 }, local: ({ collector }) => collector },
  { job: "keycloak", compose: { host: "keycloak", port: 9000 }, local: ({ keycloak }) => keycloak },
  { job: "prometheus", compose: { host: "localhost", port: 9090 }, local: ({ prometheus }) => prometheus },
];

/**
 * Prometheus' configuration for one place; the places differ in addresses alone.
 *
 * @param ruleFile the rules' path, from the folder of the configuration.
 */
export function scrapeConfig(place: Place, ruleFile: string): { readonly [key: string]: Yaml } {
  return {
    global: { scrape_interval: "5s", scrape_timeout: "4s", evaluation_interval: "15s" },
    rule_files: [ruleFile],
    scrape_configs: JOBS.map((job) => ({ job_name: job.job, ...addressOf(job, place) })),
  };
}

function ours(job: keyof Ports["ops"]): Job {
  return {
    job,
    compose: { host: job, port: CONTAINER_OPS_PORT, replicas: true },
    local: ({ base }) => portsFrom(base).ops[job],
  };
}

function addressOf({ compose, local }: Job, place: Place): { readonly [key: string]: Yaml } {
  if (place !== "compose") return { static_configs: [{ targets: [`127.0.0.1:${local(place)}`] }] };
  const { host, port, replicas } = compose;
  if (!replicas) return { static_configs: [{ targets: [`${host}:${port}`] }] };
  return { dns_sd_configs: [{ names: [host], type: "A", port, refresh_interval: "10s" }] };
}
