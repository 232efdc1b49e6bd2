import type { OperableEvents, ReplayableConsumer } from "./operable.ts";
import { consumerNotFound } from "./refusals.ts";

/**
 * The consumer of this name, or every one of the service when the name is empty.
 *
 * @throws {DomainError} notFound CONSUMER_NOT_FOUND.
 */
export function findConsumers({ consumers }: OperableEvents, name: string): readonly ReplayableConsumer[] {
  if (name === "") return consumers;
  const found = consumers.filter(({ consumer }) => consumer === name);
  if (found.length === 0) throw consumerNotFound(name);
  return found;
}
