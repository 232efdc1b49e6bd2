// The way from a real Kafka into a real ClickHouse.
import { ingestSuite } from "../test/suites/ingest.ts";
import { enginesOfEnvironment } from "./environment.ts";

ingestSuite(enginesOfEnvironment);
