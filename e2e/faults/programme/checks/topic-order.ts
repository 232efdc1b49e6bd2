/** A record of a topic, as far as order matters. */
export interface SeenVersion {
  readonly aggregateId: string;
  readonly version: bigint;
}

/**
 * Versions of an aggregate come in order at consumers. A record may come again, but what is new may not jump over what has
 * not been there.
 */
export class TopicOrder {
  readonly #heads = new Map<string, bigint>();
  readonly violations: string[] = [];
  records = 0;
  repeated = 0;

  see({ aggregateId, version }: SeenVersion): void {
    this.records += 1;
    const head = this.#heads.get(aggregateId);
    if (head !== undefined && version <= head) {
      this.repeated += 1;
      return;
    }
    if (head !== undefined && version !== head + 1n)
      this.violations.push(`version ${version} of ${aggregateId} came after ${head}`);
    this.#heads.set(aggregateId, version);
  }
}
