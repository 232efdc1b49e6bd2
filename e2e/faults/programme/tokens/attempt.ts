/** What one caller asked with one token, and what came of it. Times are milliseconds since 1970. */
export interface Attempt {
  readonly beganAt: number;
  readonly endedAt: number;
  /** `201`, `401 /problems/common/token-invalid`, or why there was no answer. */
  readonly answer: string;
  /** Of a request that has an effect; its note carries it. */
  readonly key?: string | undefined;
}

/** A token's life. */
export interface Lifetime {
  /** `exp`: until then it is good. */
  readonly expiresAt: number;
  /** From then on it is refused, whatever the clocks of issuer and services are: `exp` and the tolerance. */
  readonly refusedFrom: number;
}

const REFUSED = "401 /problems/common/token-invalid";
/** To come again: whether it had its effect is not known. */
const UNDECIDED = /^50[34] \/problems\//;

/** How the attempts lie around the moment from which the token is refused. */
export function countAttempts({ expiresAt, refusedFrom }: Lifetime, attempts: readonly Attempt[]) {
  const inFlight = attempts.filter(({ beganAt, endedAt }) => beganAt < refusedFrom && endedAt >= refusedFrom);
  return {
    requests: attempts.length,
    within: attempts.filter(({ beganAt, endedAt }) => beganAt >= expiresAt && endedAt < refusedFrom).length,
    inFlight: inFlight.length,
    inFlightRefused: inFlight.filter(({ answer }) => answer === REFUSED).length,
    after: attempts.filter(({ beganAt }) => beganAt >= refusedFrom).length,
  };
}

/**
 * A token is served until it expires, perhaps for as long as clocks may differ, and never after. Whatever was answered is
 * true: what was served has its one effect, what was refused has none. Who was told to come again while the token was good may
 * have had either.
 *
 * @param effects how many orders carry a key.
 */
export function checkAttempts(
  { expiresAt, refusedFrom }: Lifetime,
  attempts: readonly Attempt[],
  effects: ReadonlyMap<string, number>,
): string[] {
  return attempts.flatMap(({ beganAt, endedAt, answer, key }) => {
    const isServed = /^20[01]$/.test(answer);
    const isUndecided = UNDECIDED.test(answer) && beganAt < refusedFrom;
    const at = `${beganAt - refusedFrom} to ${endedAt - refusedFrom} ms from when its token is refused`;
    const orders = key === undefined ? undefined : (effects.get(key) ?? 0);
    return [
      ...(isServed || isUndecided || answer === REFUSED ? [] : [`answered ${answer}, ${at}`]),
      ...(isServed && beganAt >= refusedFrom ? [`served by mistake, ${at}`] : []),
      ...(answer === REFUSED && endedAt < expiresAt ? [`refused too early, ${at}`] : []),
      ...(orders !== undefined && !(isUndecided ? [0, 1] : [isServed ? 1 : 0]).includes(orders)
        ? [`${answer} made ${orders} orders, ${at}`]
        : []),
    ];
  });
}
