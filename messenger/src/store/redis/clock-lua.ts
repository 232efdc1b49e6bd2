/** Begins each script that asks for the time. ARGV: what is added to the server's clock, in milliseconds; then the rest. */
export const CLOCK = `
local time = redis.call('TIME')
local shift = tonumber(ARGV[1])
local now = time[1] * 1000 + math.floor(time[2] / 1000) + shift

-- As Redis reads it: never 1.7e+12.
local function ms(number) return string.format('%.0f', number) end
`;
