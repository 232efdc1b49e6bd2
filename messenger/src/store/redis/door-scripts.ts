import type { Script } from "@animal-delivery/platform/redis/with-scripts";
import { JOIN_REQUESTS_MAX, MEMBERS_MAX } from "../../domain/limits.ts";
import { CHAT, LIFE, NAME, RULES } from "./chat-lua.ts";
import { CHAT_KEYS } from "./keys.ts";

/** ARGV: the time until which this may happen, and the asker's alias if they have one. Answers since when, and the name. */
const REQUEST = `${CHAT}${RULES}${NAME}${LIFE}
local why = missing()
if why then return why end
if is_private == '0' then return 'CHAT_PUBLIC' end
local as = standing()
if as == 'creator' or as == 'member' then return 'ALREADY_A_MEMBER' end
if as == 'asker' then return {redis.call('ZSCORE', ASKERS, caller), redis.call('HGET', NAMES, caller)} end
if redis.call('ZCARD', ASKERS) >= ${JOIN_REQUESTS_MAX} then return 'JOIN_REQUESTS_FULL' end
if now > tonumber(ARGV[3]) then return 'LATE' end

local name = name_of(ARGV[4])
redis.call('ZADD', ASKERS, ms(now), caller)
redis.call('HSET', NAMES, caller, name)
bound()
return {ms(now), name}
`;

/** ARGV: the position's time, how many. Answers member id, since when and name of each; those of that very time are besides. */
const people = (key: "MEMBERS" | "ASKERS", rule: string) => `${CHAT}${RULES}
local why = missing() or ${rule}()
if why then return why end

local at = ARGV[3]
local limit = ARGV[4] + (at == '-inf' and 0 or redis.call('ZCOUNT', ${key}, at, at))
local found = redis.call('ZRANGE', ${key}, at, '+inf', 'BYSCORE', 'LIMIT', 0, ms(limit), 'WITHSCORES')
local answer = {}
for i = 1, #found, 2 do
  answer[#answer + 1] = {found[i], found[i + 1], redis.call('HGET', NAMES, found[i])}
end
return answer
`;

const ASSERT_MAY_DECIDE = `
local why = missing() or not_the_creators()
if why then return why end
local whom = ARGV[3]
if not redis.call('ZSCORE', ASKERS, whom) then return 'JOIN_REQUEST_NOT_FOUND' end
`;

const ASSERT_HAS_ROOM = `
if redis.call('ZCARD', MEMBERS) >= ${MEMBERS_MAX} then return 'MEMBERS_FULL' end
`;

/** ARGV: the asker's member id. */
const MAY_ADMIT = `${CHAT}${RULES}${ASSERT_MAY_DECIDE}${ASSERT_HAS_ROOM}
return {}
`;

/** ARGV: the asker's member id, the time until which this may happen. Answers since when they are a member. */
const ADMIT = `${CHAT}${RULES}${ASSERT_MAY_DECIDE}${ASSERT_HAS_ROOM}
if now > tonumber(ARGV[4]) then return 'LATE' end
redis.call('ZREM', ASKERS, whom)
redis.call('ZADD', MEMBERS, ms(now), whom)
return {ms(now)}
`;

/** ARGV: the asker's member id. Answers the time. */
const DECLINE = `${CHAT}${RULES}${ASSERT_MAY_DECIDE}
redis.call('ZREM', ASKERS, whom)
redis.call('HDEL', NAMES, whom)
return {ms(now)}
`;

const PUT_OUT = `
local function put_out(whom)
  redis.call('ZREM', MEMBERS, whom)
  redis.call('HDEL', NAMES, whom)
  redis.call('HINCRBY', HEAD, 'accessVersion', 1)
  changed()
end
`;

/** ARGV: the member id. Answers since when they were a member. */
const REMOVE = `${CHAT}${RULES}${PUT_OUT}
local why = missing() or unreadable()
if why then return why end
local whom = ARGV[3]
if whom ~= caller and creator ~= caller then return 'NOT_THE_CREATOR' end
if whom == creator then return 'CREATOR_STAYS' end
local since = redis.call('ZSCORE', MEMBERS, whom)
if not since then return 'MEMBER_NOT_FOUND' end

put_out(whom)
return {since}
`;

/** Ends a membership or takes back a join request. Answers what the caller was to the chat: the creator still is. */
const LEAVE = `${CHAT}${RULES}${PUT_OUT}
if missing() then return {'stranger'} end
local as = standing()
if as == 'member' then put_out(caller) end
if as == 'asker' then
  redis.call('ZREM', ASKERS, caller)
  redis.call('HDEL', NAMES, caller)
end
return {as}
`;

/** Who comes in and goes. ARGV: as `CHAT`'s, and what each says. */
export const DOOR_SCRIPTS = {
  requestToJoin: { lua: REQUEST, numberOfKeys: CHAT_KEYS },
  listMembers: { lua: people("MEMBERS", "unreadable"), numberOfKeys: CHAT_KEYS },
  listJoinRequests: { lua: people("ASKERS", "not_the_creators"), numberOfKeys: CHAT_KEYS },
  mayAdmit: { lua: MAY_ADMIT, numberOfKeys: CHAT_KEYS },
  admit: { lua: ADMIT, numberOfKeys: CHAT_KEYS },
  decline: { lua: DECLINE, numberOfKeys: CHAT_KEYS },
  removeMember: { lua: REMOVE, numberOfKeys: CHAT_KEYS },
  leave: { lua: LEAVE, numberOfKeys: CHAT_KEYS },
} satisfies Record<string, Script>;
