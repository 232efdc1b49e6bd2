import { REMEMBERED_MS } from "../../domain/limits.ts";
import { CLOCK } from "./clock-lua.ts";

/**
 * Begins each script on a chat. KEYS: `keysOfChat`. ARGV: as the clock's, the caller's member id, then the rest. A script answers a
 * list, or the code of a refusal.
 */
export const CHAT = `${CLOCK}
local HEAD, ENDS, TURN, MESSAGES, MEMBERS, ASKERS, NAMES, NUMBERS, ANSWERS, ANSWERED, CHANGES = unpack(KEYS)
local caller = ARGV[2]
local ends = tonumber(redis.call('GET', ENDS))
local creator, is_private, is_read_only = unpack(redis.call('HMGET', HEAD, 'owner', 'isPrivate', 'isReadOnly'))

-- Why there is no such chat; nil while there is.
local function missing()
  if ends and (now >= ends or not creator) then
    return now < ends + ${REMEMBERED_MS} and 'CHAT_EXPIRED' or 'CHAT_NOT_FOUND'
  end
  if not creator then return 'CHAT_NOT_FOUND' end
end

local function changed() redis.call('SPUBLISH', CHANGES, '') end
`;

/** The rules of `domain/rules.ts`, where they are decided together with the change. */
export const RULES = `
local function standing()
  if creator == caller then return 'creator' end
  if redis.call('ZSCORE', MEMBERS, caller) then return 'member' end
  return redis.call('ZSCORE', ASKERS, caller) and 'asker' or 'stranger'
end

local function unreadable()
  if is_private == '0' or creator == caller or redis.call('ZSCORE', MEMBERS, caller) then return end
  return 'NOT_A_MEMBER'
end

local function not_the_creators()
  local why = unreadable()
  if why then return why end
  if creator ~= caller then return 'NOT_THE_CREATOR' end
end
`;

/** A chat as the caller sees it, as `chatOf` reads it. */
export const VIEW = `
local function view()
  local row = redis.call('HMGET', HEAD, 'title', 'historySize', 'isReadOnly', 'isPrivate', 'ownerName', 'lastSequence', 'createdAt')
  row[8] = ends and ms(ends) or false
  row[9] = standing()
  row[10] = redis.call('ZSCORE', MEMBERS, caller)
  return row
end
`;

/**
 * What the caller is called: "=" before an alias, "#" before the number of somebody without one, as `nameOf` reads it; and whether
 * they got the number just now.
 */
export const NAME = `
local function name_of(alias)
  if alias then return '=' .. alias, false end
  local number = redis.call('HGET', NUMBERS, caller)
  if number then return '#' .. number, false end
  number = redis.call('HLEN', NUMBERS) + 1
  redis.call('HSET', NUMBERS, caller, number)
  return '#' .. number, true
end
`;

/**
 * The end of a chat's time is its keys' too, so that memory is freed when nobody sweeps; to be called whenever a key is new. Who was
 * in it is kept for a day more: by that a sweep finds the hints that lead to the chat.
 */
export const LIFE = `
local function expire(key, at)
  if at then redis.call('PEXPIREAT', key, ms(at - shift)) else redis.call('PERSIST', key) end
end

local function forget_answers()
  local at = math.min(ends or math.huge, now + ${REMEMBERED_MS})
  expire(ANSWERS, at)
  expire(ANSWERED, at)
end

local function bound()
  for _, key in ipairs({HEAD, MESSAGES, NAMES, NUMBERS}) do expire(key, ends) end
  for _, key in ipairs({ENDS, MEMBERS, ASKERS}) do expire(key, ends and ends + ${REMEMBERED_MS}) end
  forget_answers()
end
`;
