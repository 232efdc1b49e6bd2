const UNIT_MS = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 } as const;

/** The time that the caller gave for the call, in milliseconds; undefined when it gave none, or none that can be read. */
export function givenTimeoutMs(header: Headers): number | undefined {
  const grpc = /^(\d{1,8})([HMSmun])$/.exec(header.get("grpc-timeout") ?? "");
  if (grpc) return Number(grpc[1]) * UNIT_MS[grpc[2] as keyof typeof UNIT_MS];
  const connect = header.get("connect-timeout-ms") ?? "";
  return /^\d{1,10}$/.test(connect) ? Number(connect) : undefined;
}
