import type { Script } from "@animal-delivery/platform/redis/with-scripts";
import { REMEMBERED_MS } from "../../domain/limits.ts";
import { CHAT, LIFE, NAME, RULES, VIEW } from "./chat-lua.ts";
import { CHAT_KEYS } from "./keys.ts";
import { TURN } from "./turn-lua.ts";

/** People of a chat that is no more, whose hints are dropped at a time. */
const PEOPLE = 200;

/** ARGV: the token, what the chat is made of, its time in ms or "", and the creator's alias if they have one. */
const CREATE = `${CHAT}${RULES}${VIEW}${NAME}${LIFE}${TURN}
if out_of_turn(TURN, tonumber(ARGV[3])) then return 'LATE' end
if not missing() then return creator == caller and view() or 'TAKEN' end

redis.call('DEL', HEAD, ENDS, MESSAGES, MEMBERS, ASKERS, NAMES, NUMBERS, ANSWERS, ANSWERED)
creator = caller
local name = name_of(ARGV[9])
-- The access version begins with the time, so that those who followed a former chat of this id are looked at again.
redis.call('HSET', HEAD, 'owner', caller, 'ownerName', name, 'title', ARGV[4], 'historySize', ARGV[5],
  'isReadOnly', ARGV[6], 'isPrivate', ARGV[7], 'createdAt', ms(now), 'lastSequence', 0, 'lastSentAt', 0, 'accessVersion', ms(now))
redis.call('ZADD', MEMBERS, ms(now), caller)
redis.call('HSET', NAMES, caller, name)
ends = nil
if ARGV[8] ~= '' then
  ends = now + ARGV[8]
  redis.call('SET', ENDS, ms(ends))
end
bound()
return view()
`;

const FIND = `${CHAT}${RULES}${VIEW}
return missing() or view()
`;

/** ARGV: the token. */
const DELETE = `${CHAT}${RULES}${LIFE}${TURN}
if out_of_turn(TURN, tonumber(ARGV[3])) then return 'LATE' end
local why = missing() or not_the_creators()
if why then return why end

redis.call('UNLINK', HEAD, ENDS, MESSAGES, NAMES, NUMBERS, ANSWERS, ANSWERED)
for _, key in ipairs({MEMBERS, ASKERS}) do expire(key, now + ${REMEMBERED_MS}) end
changed()
return {}
`;

/** ARGV: the token, its time from now in ms or "". */
const SET_TTL = `${CHAT}${RULES}${VIEW}${LIFE}${TURN}
if out_of_turn(TURN, tonumber(ARGV[3])) then return 'LATE' end
local why = missing() or not_the_creators()
if why then return why end

if ARGV[4] == '' then
  ends = nil
  redis.call('DEL', ENDS)
else
  ends = now + ARGV[4]
  redis.call('SET', ENDS, ms(ends))
end
bound()
changed()
return view()
`;

/**
 * What is true of a chat, for whoever settles its place: its end, "" for one that lives on. Of one that is no more everything goes
 * but those who were in it: it answers "gone" and some of them, each with when they came, and is called again with these as further
 * ARGV.
 */
const BURY = `${CHAT}
if not missing() then return {ends and ms(ends) or ''} end

redis.call('UNLINK', HEAD, MESSAGES, NAMES, NUMBERS, ANSWERS, ANSWERED)
if #ARGV > 2 then
  redis.call('ZREM', MEMBERS, unpack(ARGV, 3))
  redis.call('ZREM', ASKERS, unpack(ARGV, 3))
else
  changed()
end
local people = redis.call('ZRANGE', MEMBERS, 0, ${PEOPLE - 1}, 'WITHSCORES')
if #people == 0 then people = redis.call('ZRANGE', ASKERS, 0, ${PEOPLE - 1}, 'WITHSCORES') end
return {'gone', unpack(people)}
`;

/** Steps on a chat as a whole. ARGV: as `CHAT`'s, and what each says. */
export const CHAT_SCRIPTS = {
  createChat: { lua: CREATE, numberOfKeys: CHAT_KEYS },
  findChat: { lua: FIND, numberOfKeys: CHAT_KEYS },
  deleteChat: { lua: DELETE, numberOfKeys: CHAT_KEYS },
  setTtl: { lua: SET_TTL, numberOfKeys: CHAT_KEYS },
  buryChat: { lua: BURY, numberOfKeys: CHAT_KEYS },
} satisfies Record<string, Script>;
