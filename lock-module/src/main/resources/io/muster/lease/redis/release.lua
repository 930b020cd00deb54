if not live or token ~= ARGV[1] then
  return 0
end
set('expires', '0')
if ARGV[2] ~= '' and (not completed or tonumber(ARGV[2]) > tonumber(completed)) then
  set('completed', ARGV[2])
end
return 1
