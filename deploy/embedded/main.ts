// `npm start`: the whole platform on one machine. The modules come compiled from a cache after the first start; the cache has
// to be named before they are loaded, hence two files.
import { enableCompileCache } from "node:module";
import { join, resolve } from "node:path";

const dataDir = resolve(process.env.DATA_DIR || ".data");
enableCompileCache(process.env.NODE_COMPILE_CACHE ?? join(dataDir, "compile-cache"));
const { run } = await import("./run.ts");
await run(process.argv.slice(2));
