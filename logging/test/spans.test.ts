import { spansSuite } from "./suites/spans.ts";
import { embeddedEngines } from "./test-engines.ts";

spansSuite(embeddedEngines);
