import type { Script } from "./with-scripts.ts";

/** The server's clock in milliseconds, the same for everybody who writes. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** KEYS: counter. ARGV: ttlMs. */
const INCREMENT = `
local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {count, left}
`;

/** KEYS: counter. */
const DECREMENT = `
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end
return 0
`;

/**
 * KEYS: members by the end of their time, members by version, {epoch, count of versions}. ARGV: an epoch for a set that is
 * new, then members, each with its ttlMs. Throws away up to a thousand expired members; the keys go with the last one.
 */
const ADD_TO_SET = `${NOW}
redis.call('HSETNX', KEYS[3], 'epoch', ARGV[1])
for i = 2, #ARGV, 2 do
  local known = redis.call('ZSCORE', KEYS[1], ARGV[i])
  local ends = now + ARGV[i + 1]
  if not known or tonumber(known) < ends then
    redis.call('ZADD', KEYS[1], string.format('%.0f', ends), ARGV[i])
    redis.call('ZADD', KEYS[2], redis.call('HINCRBY', KEYS[3], 'count', 1), ARGV[i])
  end
end
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], '-inf', string.format('%.0f', now), 'BYSCORE', 'LIMIT', 0, 1000)) do
  redis.call('ZREM', KEYS[1], member)
  redis.call('ZREM', KEYS[2], member)
end
local last = redis.call('ZRANGE', KEYS[1], 0, 0, 'REV', 'WITHSCORES')[2]
for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, last or string.format('%.0f', now)) end
return 0
`;

/**
 * KEYS: as above. ARGV: the epoch and the version after which to begin, the size of a page. Answers epoch, version where the
 * next page begins, whether this page is full, whether it begins at the start, then members, each with what it has left.
 */
const CHANGES_OF_SET = `${NOW}
local head = redis.call('HMGET', KEYS[3], 'epoch', 'count')
if not head[1] then return {'', '0', 0, 1} end
local after, first = ARGV[2], 0
if head[1] ~= ARGV[1] or tonumber(head[2] or '0') < tonumber(after) then after, first = '0', 1 end
local page = redis.call('ZRANGE', KEYS[2], '(' .. after, '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[3], 'WITHSCORES')
local full = #page / 2 >= tonumber(ARGV[3])
local answer = {head[1], full and page[#page] or head[2] or '0', full and 1 or 0, first}
for i = 1, #page, 2 do
  local ends = tonumber(redis.call('ZSCORE', KEYS[1], page[i]) or '0')
  if ends > now then
    answer[#answer + 1] = page[i]
    answer[#answer + 1] = ends - now
  end
end
return answer
`;

/** KEYS: a bucket. ARGV: ttlMs, then members. */
const ADD_DISTINCT = `
redis.call('PFADD', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 0
`;

/** By the names of their calls. */
export const SCRIPTS = {
  increment: { lua: INCREMENT, numberOfKeys: 1 },
  decrement: { lua: DECREMENT, numberOfKeys: 1 },
  addToSet: { lua: ADD_TO_SET, numberOfKeys: 3 },
  changesOfSet: { lua: CHANGES_OF_SET, numberOfKeys: 3 },
  addDistinct: { lua: ADD_DISTINCT, numberOfKeys: 1 },
} as const satisfies Record<keyof Calls, Script>;

/** How they are called. */
export interface Calls {
  increment(key: string, ttlMs: number): Promise<[count: number, leftMs: number]>;
  decrement(key: string): Promise<unknown>;
  addToSet(...keysAndArguments: readonly (string | number)[]): Promise<unknown>;
  changesOfSet(...keysAndArguments: readonly (string | number)[]): Promise<readonly (string | number)[]>;
  addDistinct(key: string, ttlMs: number, ...members: readonly string[]): Promise<unknown>;
}
