import { outageSuite } from "./suites/outage.ts";
import { embeddedEngines } from "./test-engines.ts";

outageSuite(embeddedEngines);
