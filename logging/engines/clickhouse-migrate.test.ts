import { migrateSuite } from "../test/suites/migrate.ts";
import { enginesOfEnvironment } from "./environment.ts";

migrateSuite(enginesOfEnvironment);
