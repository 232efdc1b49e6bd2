import { statisticsSuite } from "./suites/statistics.ts";
import { embeddedEngines } from "./test-engines.ts";

statisticsSuite(embeddedEngines);
