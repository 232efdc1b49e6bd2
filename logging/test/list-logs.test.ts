import { listLogsSuite } from "./suites/list-logs.ts";
import { embeddedEngines } from "./test-engines.ts";

listLogsSuite(embeddedEngines);
