if not live or token ~= ARGV[1] then
  return 0
end
set('expires', text(now + ttl))
return 1
