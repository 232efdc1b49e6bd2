/** Every port of a platform on one machine. */
export interface Ports {
  /** The public one. */
  readonly gateway: number;
  readonly identity: number;
  readonly postgres: number;
  readonly clickhouse: number;
  /** RPC over mutual TLS, by service. */
  readonly rpc: Readonly<Record<ServiceName, number>>;
  /** Health and metrics, by service. */
  readonly ops: Readonly<Record<ServiceName | "api-gateway", number>>;
}

export type ServiceName = "orders" | "delivery" | "logging" | "accounts" | "notes" | "sagas" | "messenger";

/** The gateway's port when the person names none; `npm run demo` looks there. */
export const PORT_DEFAULT = 8080;

/** The highest distance from the base: bases of platforms side by side lie further apart. */
export const PORTS_SPAN = 27;

/** The ports counted from the gateway's. */
export function portsFrom(base: number): Ports {
  return {
    gateway: base,
    identity: base + 1,
    postgres: base + 2,
    clickhouse: base + 3,
    rpc: {
      orders: base + 10,
      delivery: base + 11,
      logging: base + 12,
      accounts: base + 13,
      notes: base + 14,
      sagas: base + 15,
      messenger: base + 16,
    },
    ops: {
      "api-gateway": base + 20,
      orders: base + 21,
      delivery: base + 22,
      logging: base + 23,
      accounts: base + 24,
      notes: base + 25,
      sagas: base + 26,
      messenger: base + 27,
    },
  };
}

/** Our services as their certificates, metrics and jobs of Prometheus are named, the gateway first. */
export const OUR_SERVICES = Object.keys(portsFrom(PORT_DEFAULT).ops) as readonly (keyof Ports["ops"])[];

/** Every one of them. */
export function numbersOf({ gateway, identity, postgres, clickhouse, rpc, ops }: Ports): number[] {
  return [gateway, identity, postgres, clickhouse, ...Object.values(rpc), ...Object.values(ops)];
}

/** Where the services answer RPCs, as callers read it from their environment: `ORDERS_ADDRESS`, … */
export function addressVariables(rpc: Ports["rpc"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(rpc).map(([name, port]) => [`${name.toUpperCase()}_ADDRESS`, `https://127.0.0.1:${port}`]),
  );
}
