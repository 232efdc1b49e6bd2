/** How bad a line is; the numbers are those of logging.v1.LogLevel. */
export const LEVELS = { debug: 1, info: 2, warn: 3, error: 4 } as const;

export type Level = keyof typeof LEVELS;

/** A log line as it is stored. Ids are empty when the line has none. */
export interface StoredLog {
  readonly loggedAt: Date;
  readonly service: string;
  readonly level: Level;
  readonly message: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly requestId: string;
  readonly correlationId: string;
  /** The line's other fields as a JSON object. */
  readonly fields: string;
  /** Where it stood on the bus; this is its identity. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}
