import { orderTimelineSuite } from "./suites/order-timeline.ts";
import { embeddedEngines } from "./test-engines.ts";

orderTimelineSuite(embeddedEngines);
