if not live then
  return 0
end
set('expires', '0')
return 1
