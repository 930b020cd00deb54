if not live or token ~= ARGV[1] then
  return 0
end
local rest = tonumber(ARGV[3])
if rest == 0 then
  set('expires', '0')
else
  -- No lease may have more left than its TTL.
  set('expires', text(now + rest), 'ttl', text(math.max(tonumber(ttl), rest)))
end
if ARGV[2] ~= '' and (not completed or tonumber(ARGV[2]) > tonumber(completed)) then
  set('completed', ARGV[2])
end
return 1
