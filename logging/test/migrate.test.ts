import { migrateSuite } from "./suites/migrate.ts";
import { embeddedEngines } from "./test-engines.ts";

migrateSuite(embeddedEngines);
