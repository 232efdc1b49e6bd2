import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { differences } from "../tools/emit/trees.ts";

describe("differences", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "trees-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("names the files that were changed, added by hand, or not generated yet", async () => {
    await given("fresh", {
      "gen/same.ts": "1",
      "gen/v1/changed.ts": "new",
      "gen/v1/missing.ts": "1",
      "matrix.csv": "1",
    });
    await given("committed", { "gen/same.ts": "1", "gen/v1/changed.ts": "old", "gen/extra.ts": "1", "other.ts": "1" });

    const found = await differences(join(folder, "fresh"), join(folder, "committed"), ["gen", "matrix.csv"]);

    expect(found).toEqual(["gen/extra.ts", "gen/v1/changed.ts", "gen/v1/missing.ts", "matrix.csv"]);
  });

  it("finds nothing in equal folders", async () => {
    await given("fresh", { "gen/a.ts": "1" });

    expect(await differences(join(folder, "fresh"), join(folder, "fresh"), ["gen", "openapi"])).toEqual([]);
  });

  async function given(tree: string, files: Record<string, string>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, tree, path)), { recursive: true });
      await writeFile(join(folder, tree, path), content);
    }
  }
});
