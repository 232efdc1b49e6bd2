const MEBIBYTE = 1024 * 1024;

/** Statements that run at once; chDB works on libuv's four threads, and two of them use both cores of a small machine. */
export const RUNNING_MAX = 2;

/** Statements that wait for their turn; the next one is refused. */
export const WAITING_MAX = 64;

/** One request's body, unpacked. */
export const BODY_BYTES_MAX = 64 * MEBIBYTE;

/** How long a statement may run when the client does not say, and at most, in seconds. Nothing else ends it: chDB cannot be
 * interrupted, and a client that goes away stops nothing. */
export const EXECUTION_SECONDS_DEFAULT = 30;
export const EXECUTION_SECONDS_MAX = 120;

/** Settings of every statement unless its client sends others: an answer is held in memory before it goes out. */
export const STATEMENT_SETTINGS: Readonly<Record<string, string>> = {
  max_result_bytes: String(256 * MEBIBYTE),
  max_memory_usage: String(1024 * MEBIBYTE),
};

/** What the engine as a whole may use: it would otherwise take most of the machine's memory. */
export const ENGINE_ARGUMENTS: readonly string[] = [
  `--max_server_memory_usage=${2048 * MEBIBYTE}`,
  `--mark_cache_size=${64 * MEBIBYTE}`,
  "--background_pool_size=2",
  // Refreshable views drop a table at each rebuild; the default keeps it for eight minutes.
  "--database_atomic_delay_before_drop_table_sec=30",
];
