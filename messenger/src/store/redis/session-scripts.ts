import type { Script } from "@animal-delivery/platform/redis/with-scripts";
import { USE_NOTED_MS } from "../../domain/limits.ts";
import { CLOCK } from "./clock-lua.ts";
import { TURN } from "./turn-lua.ts";

/** ARGV: the token, or "" to change the session that there is, and the alias if there is one. Answers when it was made. */
const SAVE = `${CLOCK}${TURN}
local SESSION, TURN = KEYS[1], KEYS[2]
local token, alias = tonumber(ARGV[2]), ARGV[3]
if token and out_of_turn(TURN, token) then return 'LATE' end
local created_at, ends = unpack(redis.call('HMGET', SESSION, 'createdAt', 'ends'))
if (not created_at or ends) and not token then return {} end

if not created_at or ends then
  created_at = ms(now)
  redis.call('DEL', SESSION)
  redis.call('HSET', SESSION, 'createdAt', created_at, 'usedAt', created_at)
end
if alias then redis.call('HSET', SESSION, 'alias', alias) else redis.call('HDEL', SESSION, 'alias') end
return {created_at}
`;

/** Answers when it was made, and the alias. That it is used is not noted while memory is full: who has a session reads on. */
const TOUCH = `${CLOCK}
local created_at, alias, used_at, ends = unpack(redis.call('HMGET', KEYS[1], 'createdAt', 'alias', 'usedAt', 'ends'))
if not created_at or ends then return {} end
if now >= (tonumber(used_at) or 0) + ${USE_NOTED_MS} then redis.pcall('HSET', KEYS[1], 'usedAt', ms(now)) end
return {created_at, alias}
`;

/**
 * What is true of a session, for whoever settles its place. ARGV: how long after it is noted to be used it ends, in ms, "" for never.
 * Answers "gone"; until when it lives, "" when it lives on; or "ends": nobody finds it from then on, and what it has goes before it.
 */
const LOOK_AT = `${CLOCK}
local created_at, used_at, ends = unpack(redis.call('HMGET', KEYS[1], 'createdAt', 'usedAt', 'ends'))
if not created_at then return {'gone'} end
if ends then return {'ends'} end
local unused = tonumber(ARGV[2])
if not unused then return {''} end

if not used_at then
  used_at = now
  redis.call('HSET', KEYS[1], 'usedAt', ms(now))
end
local till = used_at + unused
if now < till then return {ms(till)} end
redis.call('HSET', KEYS[1], 'ends', 1)
return {'ends'}
`;

/** Unless somebody made another in its place. */
const BURY = `${CLOCK}
if redis.call('HGET', KEYS[1], 'ends') then redis.call('DEL', KEYS[1]) end
return {}
`;

/** ARGV: the token. */
const DELETE = `${CLOCK}${TURN}
if out_of_turn(KEYS[2], tonumber(ARGV[2])) then return 'LATE' end
redis.call('DEL', KEYS[1])
return {}
`;

/** KEYS: `keysOfSession`. ARGV: as the clock's, and what each says. */
export const SESSION_SCRIPTS = {
  saveSession: { lua: SAVE, numberOfKeys: 2 },
  touchSession: { lua: TOUCH, numberOfKeys: 2 },
  lookAtSession: { lua: LOOK_AT, numberOfKeys: 2 },
  burySession: { lua: BURY, numberOfKeys: 2 },
  deleteSession: { lua: DELETE, numberOfKeys: 2 },
} satisfies Record<string, Script>;
