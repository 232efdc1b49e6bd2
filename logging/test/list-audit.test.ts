import { listAuditSuite } from "./suites/list-audit.ts";
import { embeddedEngines } from "./test-engines.ts";

listAuditSuite(embeddedEngines);
