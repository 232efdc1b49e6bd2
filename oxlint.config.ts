import { defineConfig } from "oxlint";

type Ban = { group: string[]; message: string };

const paths = [
  { name: "prom-client", importNames: ["register"], message: "Metrics live in the service's own registry (Meters)." },
];

const parents: Ban = { group: ["../../*"], message: "At most one `..`; else import by package name." };

const SERVICES = ["accounts", "orders", "delivery", "notes", "sagas", "logging", "messenger"];

/** The services meet only in the contract. */
const services: Ban = {
  group: [...SERVICES, "api-gateway", "deploy", "e2e", "bench"].map((name) => `@animal-delivery/${name}/**`),
  message: "A service never imports a service, and nothing below imports one.",
};

function ban(...patterns: Ban[]): ["error", { paths: typeof paths; patterns: Ban[] }] {
  return ["error", { paths, patterns: [parents, ...patterns] }];
}

/** Arrows inside a service: rpc, consumers -> app -> domain, store, events; store, events -> domain. */
function layer(folder: string, banned: string[], more: Ban[] = []) {
  const up: Ban = {
    group: banned.map((name) => `../${name}/**`),
    message: `${folder} does not know ${banned.join(", ")}.`,
  };
  return {
    files: [`{${SERVICES.join()}}/src/${folder}/**/*.ts`],
    rules: { "no-restricted-imports": ban(services, up, ...more) },
  };
}

export default defineConfig({
  plugins: ["typescript", "import", "unicorn", "promise", "node", "vitest"],
  categories: { correctness: "error", suspicious: "error" },
  ignorePatterns: ["contracts/gen/**", "**/.data/**", "coverage/**"],
  rules: {
    "import/no-cycle": "error",
    "import/no-default-export": "error",
    "import/no-unassigned-import": ["error", { allow: ["reflect-metadata"] }],
    "no-await-in-loop": "off",
    "no-unmodified-loop-condition": "off",
    "no-console": "error",
    "no-shadow": "off",
    "no-underscore-dangle": "off",
    "node/no-process-env": "error",
    "no-restricted-imports": ban(),
    "no-restricted-properties": [
      "error",
      { object: "trace", property: "getTracer", message: "The tracer comes in `telemetry`." },
      { object: "trace", property: "getActiveSpan", message: "Take the span from currentContext()." },
      { object: "context", property: "active", message: "Take the context from currentContext()." },
      { object: "vi", property: "mock", message: "Test through the real thing." },
    ],
    "typescript/consistent-type-imports": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/no-non-null-assertion": "error",
    // Rows and JSON come in as unknown; each is narrowed once, where it enters.
    "typescript/no-unsafe-type-assertion": "off",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "unicorn/consistent-function-scoping": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/no-array-reverse": "off",
    "vitest/no-conditional-tests": "off",
    "vitest/require-mock-type-parameters": "off",
    "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
  },
  overrides: [
    {
      files: [`{contracts,platform,transcoder,${SERVICES.join()},api-gateway}/src/**/*.ts`],
      rules: { "no-restricted-imports": ban(services) },
    },
    layer(
      "domain",
      ["app", "store", "events", "consumers", "rpc"],
      [
        {
          group: ["@animal-delivery/platform/**", "!@animal-delivery/platform/errors"],
          message: "domain knows errors alone.",
        },
      ],
    ),
    layer("store", ["app", "consumers", "rpc"]),
    layer("events", ["app", "store", "consumers", "rpc"]),
    layer("app", ["consumers", "rpc"]),
    layer("rpc", ["consumers"]),
    layer("consumers", ["rpc"]),
    { files: ["*.config.ts"], rules: { "import/no-default-export": "off" } },
    {
      files: ["tools/**", "contracts/tools/**", "e2e/**", "bench/**", "deploy/**", "**/main.ts", "bootstrap.mjs"],
      rules: { "no-console": "off", "node/no-process-env": "off" },
    },
    { files: ["**/src/testing/**"], rules: { "node/no-process-env": "off" } },
    {
      files: ["**/*.test.ts", "**/test/**", "**/engines/**"],
      rules: {
        "node/no-process-env": "off",
        "typescript/no-non-null-assertion": "off",
        "typescript/require-array-sort-compare": "off",
        "vitest/expect-expect": "off",
        "vitest/no-conditional-expect": "off",
        "vitest/valid-expect": ["error", { maxArgs: 2 }],
        "max-lines": "off",
      },
    },
  ],
});
