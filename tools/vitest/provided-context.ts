declare module "vitest" {
  /** What the global setup gives to test files through `inject`. */
  interface ProvidedContext {
    /** A superuser's address of a PostgreSQL 18 that only this run uses; it ends in `/postgres`. */
    postgresUrl: string;
    /** The HTTP address, credentials included, of a ClickHouse that only this run uses. */
    clickhouseUrl: string;
  }
}

export {};
