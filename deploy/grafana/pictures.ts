// `npm run pictures`: takes a picture of each dashboard of a running Grafana (GRAFANA_URL, GRAFANA_USER, GRAFANA_PASSWORD) in a
// real browser (CHROMIUM, the path of a Chromium or Chrome) for docs/dashboards.md; of some alone with `-- overview runtime`.
// SHOWN_TIME is how far back they look. Fails when a panel shows an error.
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { DASHBOARDS } from "./dashboards/all.ts";

const FOLDER = join(import.meta.dirname, "../../docs/dashboards");
const BYTES_MAX = 300 * 1_024;
const WIDTH = 1240;
const PATIENCE_MS = 60_000;

const { GRAFANA_URL, CHROMIUM, GRAFANA_USER = "admin", GRAFANA_PASSWORD = "admin", SHOWN_TIME = "10m" } = process.env;
if (!GRAFANA_URL || !CHROMIUM) throw new Error("GRAFANA_URL and CHROMIUM must be set: where Grafana is, and a browser");

interface Picture {
  readonly file: string;
  readonly uid: string;
  /** What is chosen in it: `&var-trace=...`. */
  readonly chosen: string;
}

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
const context = await browser.newContext({
  httpCredentials: { username: GRAFANA_USER, password: GRAFANA_PASSWORD, send: "always" },
  viewport: { width: WIDTH, height: 900 },
  locale: "en-GB",
  timezoneId: "UTC",
});

try {
  await mkdir(FOLDER, { recursive: true });
  const page = await context.newPage();
  const wanted = process.argv.slice(2);
  for (const picture of await pictures(page)) {
    if (wanted.length === 0 || wanted.includes(picture.file)) await take(page, picture);
  }
} finally {
  await browser.close();
}

/** Each dashboard as it opens, and the explorer once more with the trace of an order. */
async function pictures(page: Page): Promise<Picture[]> {
  const traces =
    "/api/datasources/proxy/uid/jaeger/api/traces?service=orders&operation=orders.v1.OrderService%2FCreateOrder";
  const answer = await page.request.get(`${GRAFANA_URL}${traces}&limit=20&lookback=30m`);
  const { data } = (await answer.json()) as { data?: { traceID: string; spans: unknown[] }[] };
  const [longest] = (data ?? []).toSorted((a, b) => b.spans.length - a.spans.length);
  return [
    ...DASHBOARDS.map(({ uid }) => ({ file: uid, uid, chosen: "" })),
    ...(longest ? [{ file: "trace", uid: "explorer", chosen: `&var-trace=${longest.traceID}` }] : []),
  ];
}

async function take(page: Page, { file, uid, chosen }: Picture): Promise<void> {
  await page.setViewportSize({ width: WIDTH, height: 900 });
  await page.goto(`${GRAFANA_URL}/d/${uid}?kiosk&theme=light&refresh=&from=now-${SHOWN_TIME}&to=now${chosen}`);
  const grid = page.locator(".react-grid-layout");
  await grid.waitFor({ timeout: PATIENCE_MS });
  // Panels ask for their data once they are in view: all of them are, in a window as high as the page.
  const height = await grid.evaluate((element: { scrollHeight: number }) => element.scrollHeight);
  await page.setViewportSize({ width: WIDTH, height: height + 60 });
  const panels = DASHBOARDS.find((one) => one.uid === uid)?.rows.flatMap((row) => row.panels) ?? [];
  for (const { title } of panels) {
    await page.getByTestId(`data-testid Panel header ${title}`).waitFor({ state: "attached", timeout: PATIENCE_MS });
  }
  await page.waitForLoadState("networkidle", { timeout: PATIENCE_MS });
  await page.locator('[aria-label="Panel loading bar"]').first().waitFor({ state: "detached", timeout: PATIENCE_MS });

  const broken = page.locator('[aria-label="Panel status"], [data-testid="data-testid Panel status error"]');
  if ((await broken.count()) > 0) throw new Error(`${uid}: ${await broken.count()} panels show an error`);
  const path = join(FOLDER, `${file}.png`);
  await page.screenshot({ path });
  const { size } = await stat(path);
  const empty = await page.getByText("No data", { exact: true }).count();
  console.log(`${file}.png: ${Math.round(size / 1000)} kB, ${empty} panels without data`);
  if (size > BYTES_MAX) throw new Error(`${path} has ${size} bytes, more than ${BYTES_MAX}`);
}
