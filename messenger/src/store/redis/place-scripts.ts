import type { Script } from "@animal-delivery/platform/redis/with-scripts";
import { CLOCK } from "./clock-lua.ts";
import { HOLD_MS } from "./turn-lua.ts";

/** A place of what lives on is looked at once in a day: what lost it, the loss of a server for instance, is mended by then. */
const LOOK_MS = 24 * 3_600_000;

/** ARGV: what it is for, how many there may be; "" holds a place only where there is one. Answers the token, -1 for no room. */
const HOLD = `${CLOCK}
local place, max = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[2])), tonumber(ARGV[3])
local token = now + ${HOLD_MS}
if place and place >= token and place < token + ${HOLD_MS} then token = place + 1 end
if not place and not max then return {token} end
if not place and redis.call('ZCARD', KEYS[1]) >= max then return {-1} end
redis.call('ZADD', KEYS[1], ms(token), ARGV[2])
return {token}
`;

/** ARGV: what it is for, the token, then when to look at it, "" for what lives on, "gone". Does nothing when it is held anew. */
const SETTLE = `${CLOCK}
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[2])) ~= tonumber(ARGV[3]) then return {} end
if ARGV[4] == 'gone' then
  redis.call('ZREM', KEYS[1], ARGV[2])
  return {}
end
local look = now + ${LOOK_MS}
redis.call('ZADD', KEYS[1], ms(math.min(tonumber(ARGV[4]) or look, look)), ARGV[2])
return {}
`;

/** ARGV: how many. Answers those that are to be looked at, each with its token. */
const DUE = `${CLOCK}
return redis.call('ZRANGE', KEYS[1], '-inf', ms(now), 'BYSCORE', 'LIMIT', 0, ARGV[2], 'WITHSCORES')
`;

/** KEYS: `keyOfPlaces`. ARGV: as the clock's, and what each says. */
export const PLACE_SCRIPTS = {
  holdPlace: { lua: HOLD, numberOfKeys: 1 },
  settlePlace: { lua: SETTLE, numberOfKeys: 1 },
  duePlaces: { lua: DUE, numberOfKeys: 1 },
} satisfies Record<string, Script>;
