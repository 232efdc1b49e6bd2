/** How long a place is held for a step that makes, ends or lengthens what it is for. */
export const HOLD_MS = 60_000;

/** A step that comes later does nothing. What is between the two is for clocks of servers that differ. */
const ACT_MS = HOLD_MS / 2;

/**
 * Lets such steps happen in the order of their tokens alone, and none when its place may have been swept: whoever holds a place
 * last is then the one who knows what became of it. A token is the time until which the place is held.
 */
export const TURN = `
local function out_of_turn(key, token)
  if now > token - ${HOLD_MS - ACT_MS} or token < tonumber(redis.call('GET', key) or 0) then return true end
  redis.call('SET', key, ms(token), 'PX', ${2 * HOLD_MS})
end
`;
