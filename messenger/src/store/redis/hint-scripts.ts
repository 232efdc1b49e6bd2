import type { Script } from "@animal-delivery/platform/redis/with-scripts";
import { CLOCK } from "./clock-lua.ts";

/** ARGV: the chat. Answers the time, and one of the hints with its time. */
const NOTE = `${CLOCK}
redis.call('ZADD', KEYS[1], ms(now), ARGV[2])
return {ms(now), unpack(redis.call('ZRANDMEMBER', KEYS[1], 1, 'WITHSCORES'))}
`;

/** ARGV: the chat, the time before which the hint must be, how old it must be in ms. */
const DROP = `${CLOCK}
local at = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[2]))
if not at or at >= tonumber(ARGV[3]) or at > now - ARGV[4] then return {} end
redis.call('ZREM', KEYS[1], ARGV[2])
return {}
`;

/** KEYS: `keyOfHints`. ARGV: as the clock's, and what each says. */
export const HINT_SCRIPTS = {
  noteHint: { lua: NOTE, numberOfKeys: 1 },
  dropHint: { lua: DROP, numberOfKeys: 1 },
} satisfies Record<string, Script>;
