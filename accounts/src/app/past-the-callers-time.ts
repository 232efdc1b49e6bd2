import { currentContext, runInContext } from "@animal-delivery/platform/request-context";

/** Does what has to be done although the caller gave up, or their time is over. */
export function pastTheCallersTime<T>(work: () => Promise<T>): Promise<T> {
  const context = currentContext();
  return context ? runInContext({ ...context, signal: undefined, deadlineAt: undefined }, work) : work();
}
