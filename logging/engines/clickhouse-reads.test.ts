// The same answers from the ClickHouse that the environment names.
import { dashboardsSuite } from "../test/suites/dashboards.ts";
import { listAuditSuite } from "../test/suites/list-audit.ts";
import { listEventsSuite } from "../test/suites/list-events.ts";
import { listLogsSuite } from "../test/suites/list-logs.ts";
import { orderTimelineSuite } from "../test/suites/order-timeline.ts";
import { readerSuite } from "../test/suites/reader.ts";
import { spansSuite } from "../test/suites/spans.ts";
import { statisticsSuite } from "../test/suites/statistics.ts";
import { tlsSuite } from "../test/suites/tls.ts";
import { enginesOfEnvironment } from "./environment.ts";

dashboardsSuite(enginesOfEnvironment);
listAuditSuite(enginesOfEnvironment);
listEventsSuite(enginesOfEnvironment);
listLogsSuite(enginesOfEnvironment);
orderTimelineSuite(enginesOfEnvironment);
readerSuite(enginesOfEnvironment);
spansSuite(enginesOfEnvironment);
statisticsSuite(enginesOfEnvironment);
tlsSuite(enginesOfEnvironment);
