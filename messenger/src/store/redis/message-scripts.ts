import type { Script } from "@animal-delivery/platform/redis/with-scripts";
import { KEYS_MAX, REMEMBERED_MS } from "../../domain/limits.ts";
import { CHAT, LIFE, NAME, RULES } from "./chat-lua.ts";
import { CHAT_KEYS } from "./keys.ts";

/**
 * ARGV: the text, the name of the answer, which follows from speaker and idempotency key, or "", a digest of the text, and the
 * speaker's alias if they have one. Answers sequence, name and time of the message, the first one's if it was there.
 */
const APPEND = `${CHAT}${RULES}${NAME}${LIFE}
local why = missing() or unreadable()
if why then return why end
if is_read_only == '1' and creator ~= caller then return 'CHAT_READ_ONLY' end
local text, answer_name, digest, alias = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local answer = answer_name ~= '' and redis.call('HGET', ANSWERS, answer_name)
if answer then
  local its_digest, sequence, name, sent_at, at = cmsgpack.unpack(answer)
  if now < at + ${REMEMBERED_MS} then
    return its_digest == digest and {sequence, name, ms(sent_at)} or 'IDEMPOTENCY_KEY_REUSED'
  end
end

local sequence = redis.call('HINCRBY', HEAD, 'lastSequence', 1)
local history_size, last_sent_at = unpack(redis.call('HMGET', HEAD, 'historySize', 'lastSentAt'))
local sent_at = math.max(now, last_sent_at)
redis.call('HSET', HEAD, 'lastSentAt', ms(sent_at))
local name, is_numbered_now = name_of(alias)
redis.call('XADD', MESSAGES, 'MAXLEN', history_size, sequence .. '-0',
  'text', text, 'author', caller, 'name', name, 'sentAt', ms(sent_at))
if sequence == 1 or is_numbered_now then bound() end
if answer_name ~= '' then
  redis.call('HSET', ANSWERS, answer_name, cmsgpack.pack(digest, sequence, name, sent_at, now))
  redis.call('ZADD', ANSWERED, sequence, answer_name)
  if redis.call('ZCARD', ANSWERED) > ${KEYS_MAX} then
    redis.call('HDEL', ANSWERS, redis.call('ZPOPMIN', ANSWERED)[1])
  end
  forget_answers()
end
changed()
return {sequence, name, ms(sent_at)}
`;

/** ARGV: the sequence number before which to begin, or "", how many. Answers entries of the stream, the newest first. */
const LIST = `${CHAT}${RULES}
local why = missing() or unreadable()
if why then return why end
if ARGV[3] == '' then return redis.call('XREVRANGE', MESSAGES, '+', '-', 'COUNT', ARGV[4]) end
return redis.call('XREVRANGE', MESSAGES, '(' .. ARGV[3] .. '-0', '-', 'COUNT', ARGV[4])
`;

/** ARGV: the sequence number after which to begin, how many. Answers first and last sequence, access version, time left, entries. */
const TAIL = `${CHAT}
local why = missing()
if why then return why end
local head = redis.call('HMGET', HEAD, 'lastSequence', 'accessVersion')
local kept = redis.call('XLEN', MESSAGES)
return {
  ms(head[1] - kept + 1), head[1], head[2], ends and ms(ends - now) or false,
  redis.call('XRANGE', MESSAGES, '(' .. ARGV[3] .. '-0', '+', 'COUNT', ARGV[4]),
}
`;

/** What is said. ARGV: as `CHAT`'s, and what each says. */
export const MESSAGE_SCRIPTS = {
  appendMessage: { lua: APPEND, numberOfKeys: CHAT_KEYS },
  listMessages: { lua: LIST, numberOfKeys: CHAT_KEYS },
  readTail: { lua: TAIL, numberOfKeys: CHAT_KEYS },
} satisfies Record<string, Script>;
