import { rules } from "./rules.ts";
import { LOCAL_PORTS, scrapeConfig } from "./scrape-config.ts";
import { toYaml } from "./to-yaml.ts";

const RULES = "rules.yml";
const MADE = "Made by `npm run generate`; edit deploy/prometheus/*.ts instead.";

/** Prometheus' files, by their path below deploy/. */
export function prometheusFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["prometheus/prometheus.yml", toYaml(MADE, scrapeConfig("compose", RULES))],
    ["prometheus/prometheus.local.yml", toYaml(MADE, scrapeConfig(LOCAL_PORTS, RULES))],
    [`prometheus/${RULES}`, toYaml(MADE, rules())],
  ]);
}
