/** Where migrations make their tables. */
export interface ClusterOptions {
  /** The name of a cluster as its servers know it; undefined for a single server. */
  readonly cluster?: string | undefined;
}

/** Each form that a statement of a migration may have, and what becomes of it on a cluster. */
const FORMS: readonly (readonly [RegExp, (parts: Record<string, string>, cluster: string) => string[]])[] = [
  [
    /^create table if not exists (?<name>\w+)\s*(?<columns>\(.*\))\s*engine = (?<engine>Replacing\w+)(?<rest>.*)$/is,
    asTable,
  ],
  [/^create (?<kind>(?:materialized )?view) if not exists (?<name>\w+)(?<rest>.*)$/is, asView],
  [/^alter table (?<name>\w+)\s+(?<change>modify refresh .*)$/is, asAlteredView],
  [/^alter table (?<name>\w+)\s+(?<change>.*)$/is, asAlteredTable],
];

/** A change of a table that whoever reads or writes it sees. */
const CHANGES_COLUMNS = /^(?:add|drop|rename) column/i;

/**
 * A statement of a migration as the statements that a server or a cluster wants. Migrations are written for one server. On a
 * cluster a table becomes a replicated local one, and under its own name a distributed one over it; views are made on every
 * node.
 *
 * @throws {Error} when a statement has no form for a cluster.
 */
export function renderStatement(statement: string, { cluster }: ClusterOptions): readonly string[] {
  if (cluster === undefined) return [statement];
  const text = statement.replace(/^(?:\s*--[^\n]*\n)+/, "").trim();
  for (const [form, render] of FORMS) {
    const parts = form.exec(text)?.groups;
    if (parts) return render(parts, cluster);
  }
  throw new Error(`this statement of a migration has no form for a cluster: ${text.slice(0, 80)}`);
}

/** ` on cluster name` for a statement that has one form everywhere; empty for a single server. */
export function onCluster({ cluster }: ClusterOptions): string {
  return cluster === undefined ? "" : ` on cluster '${cluster}'`;
}

/** Doubled rows are equal in what the table is sorted by, so they meet on one node, where they are collapsed. */
function asTable({ name, columns, engine, rest = "" }: Record<string, string>, cluster: string): string[] {
  const sorting = /order by (?:\((?<several>[^)]+)\)|(?<one>\w+))/i.exec(rest)?.groups;
  const key = `cityHash64(${sorting?.several ?? sorting?.one})`;
  return [
    `create table if not exists ${name}_local on cluster '${cluster}' ${columns} engine = Replicated${engine}${rest}`,
    `create table if not exists ${name} on cluster '${cluster}' as ${name}_local ` +
      `engine = Distributed('${cluster}', currentDatabase(), ${name}_local, ${key})`,
  ];
}

function asView({ kind, name, rest }: Record<string, string>, cluster: string): string[] {
  return [`create ${kind} if not exists ${name} on cluster '${cluster}'${rest}`];
}

function asAlteredView({ name, change }: Record<string, string>, cluster: string): string[] {
  return [`alter table ${name} on cluster '${cluster}' ${change}`];
}

function asAlteredTable({ name, change = "" }: Record<string, string>, cluster: string): string[] {
  const tables = CHANGES_COLUMNS.test(change) ? [`${name}_local`, name] : [`${name}_local`];
  return tables.map((table) => `alter table ${table} on cluster '${cluster}' ${change}`);
}
