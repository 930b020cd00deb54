if not live or token ~= ARGV[1] then
  return 0
end
local rest = tonumber(ARGV[3])
if rest == 0 then
  -- It is forgotten when its last renewal says: later would be no better.
  redis.call('HSET', key, 'expires', '0')
else
  -- No lease may have more left than its TTL.
  set('expires', text(now + rest), 'ttl', text(math.max(tonumber(ttl), rest)))
end
if ARGV[2] ~= '' and (not completed or tonumber(ARGV[2]) > tonumber(completed)) then
  set('completed', ARGV[2])
end
return 1
