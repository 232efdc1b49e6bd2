import { dashboardsSuite } from "./suites/dashboards.ts";
import { embeddedEngines } from "./test-engines.ts";

dashboardsSuite(embeddedEngines);
