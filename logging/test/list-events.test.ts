import { listEventsSuite } from "./suites/list-events.ts";
import { embeddedEngines } from "./test-engines.ts";

listEventsSuite(embeddedEngines);
