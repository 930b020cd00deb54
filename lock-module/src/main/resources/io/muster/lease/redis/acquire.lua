if live then
  if request == ARGV[2] then
    return { 'granted', token }
  end
  return { 'held', holder, text(left) }
end
if request == ARGV[2] then
  return { 'held', holder, '0' }
end
if ARGV[4] ~= '' and completed and tonumber(ARGV[4]) <= tonumber(completed) then
  return { 'ran', completed }
end
-- 13 bits of days since 2025-01-01, 40 for the milliseconds of the day and 8192 tokens in each. A replica that was promoted
-- without the last grants so goes on above them, unless its clock is behind by more than that took.
local days = math.floor(time[1] / 86400) - 20089
local millis = (time[1] % 86400) * 1000 + math.floor(time[2] / 1000)
local next = math.max(tonumber(token or '0'), days * 1099511627776 + millis * 8192) + 1
set('holder', ARGV[1], 'request', ARGV[2], 'token', text(next), 'ttl', ARGV[3], 'expires', text(now + ARGV[3]))
return { 'granted', text(next) }
