import { AsyncLocalStorage } from "node:async_hooks";
import { statementCancelled } from "@animal-delivery/platform/db/map-error";
import { currentContext, runInContext, type RequestContext } from "@animal-delivery/platform/request-context";

interface Waiting<T, R> {
  readonly item: T;
  readonly context: RequestContext | undefined;
  readonly settle: PromiseWithResolvers<R>;
}

/**
 * Does work under a name one batch at a time: what comes while a batch is on its way goes together in the next one. Who waits
 * for a busy name so holds one connection and not all of them.
 *
 * @param work does a batch; answers a result for each item, which may throw.
 */
export function inBatches<T, R>(
  itemsMax: number,
  work: (name: string, items: readonly T[]) => Promise<readonly (() => R)[]>,
): (name: string, item: T) => Promise<R> {
  const queues = new Map<string, Waiting<T, R>[]>();
  const outside = AsyncLocalStorage.snapshot();

  const run = async (name: string, queue: Waiting<T, R>[]): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, itemsMax).filter(isWanted);
      const [first] = batch;
      if (!first) continue;
      const items = batch.map(({ item }) => item);
      // Traced as the first one's, and ended by none of them.
      const context = first.context && { ...first.context, signal: undefined };
      const send = () => work(name, items);
      await settle(batch, context ? runInContext(context, send) : send());
    }
    queues.delete(name);
  };

  return (name, item) => {
    const waiting = { item, context: currentContext(), settle: Promise.withResolvers<R>() };
    const queue = queues.get(name);
    if (queue) queue.push(waiting);
    else {
      const fresh = [waiting];
      queues.set(name, fresh);
      void outside(run, name, fresh);
    }
    return waiting.settle.promise;
  };
}

/** Whether its caller still waits; whoever does not is told so. */
function isWanted<T, R>({ context, settle }: Waiting<T, R>): boolean {
  if (!context?.signal?.aborted) return true;
  settle.reject(statementCancelled(context.signal.reason));
  return false;
}

async function settle<T, R>(batch: readonly Waiting<T, R>[], work: Promise<readonly (() => R)[]>): Promise<void> {
  try {
    const results = await work;
    for (const [index, { settle }] of batch.entries()) {
      try {
        settle.resolve(resultOf(results[index]));
      } catch (error) {
        settle.reject(error);
      }
    }
  } catch (error) {
    for (const { settle } of batch) settle.reject(error);
  }
}

function resultOf<R>(result: (() => R) | undefined): R {
  if (!result) throw new Error("a batch answered too few results");
  return result();
}
