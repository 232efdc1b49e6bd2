// Kafka keeps what ClickHouse cannot take.
import { outageSuite } from "../test/suites/outage.ts";
import { enginesOfEnvironment } from "./environment.ts";

outageSuite(enginesOfEnvironment);
