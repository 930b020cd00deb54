-- Microseconds of Redis' clock, the same for the whole script; 2^53 of them last until the year 2255.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local key = KEYS[1]

-- Above 10^14 Lua would print an exponent.
local function text(number)
  return string.format('%.0f', number)
end

-- A lease that is over is forgotten some day: the tokens after it are above the time of day in any case.
local function set(...)
  redis.call('HSET', key, ...)
  redis.call('EXPIRE', key, 2592000)
end

local row = redis.call('HMGET', key, 'holder', 'request', 'token', 'ttl', 'expires', 'completed')
local holder, request, token, ttl, expires, completed = row[1], row[2], row[3], row[4], row[5], row[6]
local left = token and (tonumber(expires) - now) or 0
if token and left > tonumber(ttl) then
  -- The clock was set back.
  left = tonumber(ttl)
  set('expires', text(now + left))
end
local live = left > 0
