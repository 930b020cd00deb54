if not token then
  return {}
end
return { holder, token, text(math.max(left, 0)), completed or '' }
