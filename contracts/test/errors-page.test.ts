import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { RPCS } from "../gen/catalogue.ts";
import { REASON_KINDS, REASONS } from "../gen/reasons.ts";

const page = await readFile(new URL("../../docs/errors.md", import.meta.url), "utf8");
const anchors = [...page.matchAll(/<a id="([^"]+)">/g)].map((match) => match[1]);
const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map((match) => match[1]);

it("docs/errors.md has an anchor for each kind and each reason, which the address of its problem leads to", () => {
  const kinds = Object.keys(REASON_KINDS).map((kind) => `kind-${kind}`);

  expect(anchors).toEqual([...kinds, ...REASONS.map(({ domain, slug }) => `${domain}-${slug}`)]);
});

it("docs/errors.md links to nothing that it does not have", () => {
  expect(links.filter((link) => !anchors.includes(link))).toEqual([]);
});

it.each(RPCS.flatMap(({ name, refusals }) => refusals.map((reason) => [name, reason] as const)))(
  "docs/errors.md says that %s may answer %s",
  (name, reason) => {
    const [domain = "", , service = "", method = ""] = name.split(".");
    const anchor = `<a id="${domain}-${reason.toLowerCase().replaceAll("_", "-")}"></a>`;
    const section = page
      .slice(page.indexOf(anchor))
      .split(/^<a id/m, 2)
      .join("");

    expect(page).toContain(anchor);
    expect(section).toContain(`\`${service}.${method}\``);
  },
);
