import { tlsSuite } from "./suites/tls.ts";
import { embeddedEngines } from "./test-engines.ts";

tlsSuite(embeddedEngines);
