import { ingestSuite } from "./suites/ingest.ts";
import { embeddedEngines } from "./test-engines.ts";

ingestSuite(embeddedEngines);
