import type { Script } from "@animal-delivery/platform/redis/with-scripts";
import { CLOCK } from "./clock-lua.ts";
import { TURN } from "./turn-lua.ts";

/** ARGV: the token, or "" to change the session that there is, and the alias if there is one. Answers when it was made. */
const SAVE = `${CLOCK}${TURN}
local SESSION, TURN = KEYS[1], KEYS[2]
local token, alias = tonumber(ARGV[2]), ARGV[3]
if token and out_of_turn(TURN, token) then return 'LATE' end
local created_at = redis.call('HGET', SESSION, 'createdAt')
if not created_at and not token then return {} end

created_at = created_at or ms(now)
redis.call('HSET', SESSION, 'createdAt', created_at)
if alias then redis.call('HSET', SESSION, 'alias', alias) else redis.call('HDEL', SESSION, 'alias') end
return {created_at}
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
  deleteSession: { lua: DELETE, numberOfKeys: 2 },
} satisfies Record<string, Script>;
