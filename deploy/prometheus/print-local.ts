// `node deploy/prometheus/print-local.ts`: Prometheus' configuration for a platform on this machine at other ports than
// those of prometheus.local.yml: PORT is the base of our services', the others are named like what they ask.
import { join } from "node:path";
import { LOCAL_PORTS, scrapeConfig } from "./scrape-config.ts";
import { toYaml } from "./to-yaml.ts";

const { env } = process;
const port = (name: string, otherwise: number): number => Number(env[name] ?? otherwise);

const ports = {
  base: port("PORT", LOCAL_PORTS.base),
  spanMetrics: port("OTELCOL_METRICS_PORT", LOCAL_PORTS.spanMetrics),
  collector: port("OTELCOL_SELF_PORT", LOCAL_PORTS.collector),
  keycloak: port("KEYCLOAK_MANAGEMENT_PORT", LOCAL_PORTS.keycloak),
  prometheus: port("PROMETHEUS_PORT", LOCAL_PORTS.prometheus),
};
process.stdout.write(toYaml("Made for this machine.", scrapeConfig(ports, join(import.meta.dirname, "rules.yml"))));
