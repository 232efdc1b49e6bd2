/** What a crash may cost: nothing, or everything. `none` is for tests alone. */
export type Durability = "full" | "none";

const NOT_DURABLE = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/** PostgreSQL's settings for a platform on one machine, as arguments of `postgres`. */
export function postgresArguments(options: { dataDir: string; port: number; durability: Durability }): string[] {
  const settings: Record<string, string> = {
    // Loopback with a password, and no socket file that any account of the machine could reach.
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    port: String(options.port),
    max_connections: "300",
    shared_buffers: "64MB",
    // Three worker processes fewer; nothing here reads so much that reading ahead would pay.
    io_method: "sync",
    // Short statements: compiling them costs more than running them.
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    // An ERROR line quotes the row it refused, which may be personal data; start, stop, FATAL and PANIC are kept.
    log_min_messages: "log",
    log_checkpoints: "off",
    ...(options.durability === "none" ? NOT_DURABLE : {}),
  };
  return ["-D", options.dataDir, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}
