-- KEYS[1] is the fence, ARGV[1] the token; the others are the write's.
local seen = redis.call('GET', KEYS[1])
if seen and tonumber(seen) > tonumber(ARGV[1]) then
  return redis.error_reply('STALEFENCE a larger token was seen')
end
redis.call('SET', KEYS[1], ARGV[1])
table.remove(KEYS, 1)
table.remove(ARGV, 1)
