/** The platform that a run of stories is told against. */
export interface Target {
  /** Where its REST API answers, without a trailing slash. */
  readonly baseUrl: string;
  /** Password of each seeded user, by user name. */
  readonly passwords: Readonly<Record<string, string>>;
}

/** The users every platform under test has, each with the role of its name. */
export const USERS = ["customer", "customer2", "courier", "courier2", "dispatcher", "admin"] as const;
export type UserName = (typeof USERS)[number];

/**
 * Reads the target from the environment: `E2E_BASE_URL`, and `E2E_PASSWORD_<USER>` where a password is not the seeded one.
 * Undefined without `E2E_BASE_URL`: then a platform is started for the run.
 */
export function targetFromEnvironment(env: NodeJS.ProcessEnv): Target | undefined {
  const baseUrl = env.E2E_BASE_URL;
  if (baseUrl === undefined) return undefined;
  return { baseUrl: baseUrl.replace(/\/$/, ""), passwords: passwordsFrom(env) };
}

/** Passwords by user: the environment's, else those that the one-process start seeds. */
export function passwordsFrom(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    USERS.map((user) => [user, env[`E2E_PASSWORD_${user.toUpperCase()}`] ?? `${user}-password`]),
  );
}
