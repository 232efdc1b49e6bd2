/** A row as an insert carries it: column to value. 64-bit integers go as text. */
export type JsonRow = Readonly<Record<string, string | number>>;
