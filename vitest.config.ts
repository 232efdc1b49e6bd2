import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const services = "api-gateway,accounts,orders,delivery,notes,sagas,logging,messenger";
const packages = `{contracts,platform,transcoder,${services},deploy,e2e,bench,tools}`;
const exclude = ["**/node_modules/**", "**/.data/**"];
/** What must come comes within milliseconds on a calm machine; on a busy one nobody should fail for it. */
const expect = { poll: { timeout: 10_000 } };

/** Tests wait much: one more than there are processors. More than four want more connections than PostgreSQL grants. */
const WORKERS = Math.min(4, availableParallelism() + 1);
/** Each platform of the fault tests takes a processor while it starts. */
const PLATFORMS = 2;

/**
 * unit: beside the code, no engine. integration: real PostgreSQL and ClickHouse, a database per file. e2e: stories through
 * the public REST API of a whole platform. faults: platforms of their own, killed and restarted under load, or started from
 * a copy of this repository that was changed. The others need engines that the environment names. engines: the same adapters
 * against those, by `npm run engines`. e2e-engines: what the engines know of the stories, and service-faults: services killed
 * one by one, by `npm run e2e -- --target=env`.
 */
export default defineConfig({
  test: {
    // The files of a worker share what they import, which takes longer than most of them: no test changes a module.
    isolate: false,
    maxWorkers: WORKERS,
    coverage: {
      provider: "v8",
      include: [`{platform,transcoder,${services}}/src/**/*.ts`],
      exclude: ["**/*.test.ts", "**/main.ts"],
      reporter: ["text-summary", "json-summary"],
    },
    projects: [
      {
        test: {
          name: "unit",
          include: [
            `${packages}/**/src/**/*.test.ts`,
            "{tools,deploy/keycloak}/**/*.test.ts",
            "e2e/faults/programme/**/*.test.ts",
          ],
          exclude,
          expect,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "integration",
          include: [`${packages}/**/test/**/*.test.ts`],
          exclude: [...exclude, "e2e/**"],
          expect,
          globalSetup: "tools/vitest/global-setup.ts",
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "engines",
          include: [`${packages}/engines/**/*.test.ts`],
          exclude: [...exclude, "e2e/**"],
          expect,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/test/**/*.test.ts"],
          exclude,
          expect,
          globalSetup: "e2e/src/global-setup.ts",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "faults",
          include: ["e2e/{faults,extension}/*.test.ts"],
          exclude,
          expect,
          maxWorkers: PLATFORMS,
          testTimeout: 300_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: "e2e-engines",
          include: ["e2e/engines/**/*.test.ts"],
          exclude,
          expect,
          globalSetup: "e2e/src/global-setup.ts",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: "e2e-compose",
          include: ["e2e/compose/**/*.test.ts"],
          exclude,
          expect,
          globalSetup: "e2e/src/global-setup.ts",
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          name: "service-faults",
          include: ["e2e/faults/env/**/*.test.ts"],
          exclude,
          expect,
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
});
