import { readerSuite } from "./suites/reader.ts";
import { embeddedEngines } from "./test-engines.ts";

readerSuite(embeddedEngines);
