// `npm start`: the whole platform on one machine. The modules come compiled from a cache after the first start; the cache has
// to be named before they are loaded, hence two files.
import { enableCompileCache } from "node:module";
import { join, resolve } from "node:path";
import { COMPILE_CACHE, foreignNames } from "./data-folder-names.ts";

const dataDir = resolve(process.env.DATA_DIR || ".data");
// A folder that is not ours is refused a little later; nothing is left in it.
if (foreignNames(dataDir).length === 0) {
  enableCompileCache(process.env.NODE_COMPILE_CACHE ?? join(dataDir, COMPILE_CACHE));
}
const { run } = await import("./run.ts");
await run(process.argv.slice(2));
