-- Asking -------------------------------------------------------------------------------------------------------------

local own, sums = nil, {}

-- How many requests bulk waits for: a quarter of a second's worth, or all, but never more than there can ever be.
local function enough(quota)
  if ask.lane < lowestLane then return 1 end
  local limits = ask.limits
  local gather = gatherSeconds * limits[quota].perSecond * state[quota .. ':pace']
  for i = 1, #sums do
    local sum = sums[i]
    if sum.writes > limits.writes.capacity or sum.units > limits.units.capacity then
      return math.max(1, i - 1)
    end
    if sum[quota] >= gather then return i end
  end
  return #sums
end

local function bounded(sum)
  return {
    writes = math.min(sum.writes, ask.limits.writes.capacity),
    units = math.min(sum.units, ask.limits.units.capacity)
  }
end

local function before(a, b)
  if a.since ~= b.since then return a.since < b.since end
  return a.asker < b.asker
end

local function oldest(lane, quota)
  local first = nil
  for _, mark in pairs(marks) do
    if mark.lane == lane and mark.want[quota] > 0 and (not first or before(mark, first)) then first = mark end
  end
  return first
end

local function turnAt(lane, quota)
  return math.max(1, turnSeconds * guaranteed[lane] * ask.limits[quota].perSecond)
end

-- What a lane that was held back for long enough takes before all others; 0 when it is not its turn.
local function inTurn(lane, quota)
  local first = guaranteed[lane] and oldest(lane, quota)
  local owed = state[quota .. ':owed' .. lane]
  if not first or owed < turnAt(lane, quota) then return 0 end
  return math.min(first.need[quota], math.max(first.first[quota], owed))
end

-- What is left for this ask once all that come before it have theirs.
local function room(quota)
  local free = state[quota .. ':left']
  for _, mark in pairs(marks) do
    if mark.lane < own.lane then
      free = free - mark.want[quota]
    elseif mark.lane == own.lane and before(mark, own) then
      free = free - mark.need[quota]
    end
  end
  for lane = own.lane + 1, lowestLane do
    free = free - inTurn(lane, quota)
  end
  return free
end

-- What this ask may take since its lane was held back; 0 when it is not its turn.
local function roomInTurn(quota)
  if not guaranteed[own.lane] or oldest(own.lane, quota) ~= own then return 0 end
  local free = state[quota .. ':left']
  for lane = 1, own.lane - 1 do
    free = free - inTurn(lane, quota)
  end
  return math.min(free, inTurn(own.lane, quota))
end

local function kindOf(cost)
  return cost[1] > 0 and 'writes' or 'reads'
end

local function pausedForMs(kind)
  return math.max(0, state[kind .. ':pausedUntil'] - now)
end

local function secondsUntil(quota, free)
  if own.need[quota] == 0 then return 0 end
  local speed = ask.limits[quota].perSecond * state[quota .. ':pace']
  local seconds = (own.need[quota] - free) / speed
  if guaranteed[own.lane] and oldest(own.lane, quota) == own then
    local untilTurn = (turnAt(own.lane, quota) - state[quota .. ':owed' .. own.lane]) / guaranteed[own.lane]
    local untilFirst = own.first[quota] - state[quota .. ':left']
    seconds = math.min(seconds, math.max(untilTurn, untilFirst) / speed)
  end
  return math.max(0, seconds)
end

local function spend(quota, amount, free)
  state[quota .. ':left'] = state[quota .. ':left'] - amount
  if not guaranteed[own.lane] then return end
  local field = quota .. ':owed' .. own.lane
  if amount > free then
    state[field] = state[field] - amount
  elseif state[field] > 0 then
    state[field] = math.max(0, state[field] - amount)
  end
end

local granted, waitMs = 0, 0

if ask.asker then
  marks[ask.asker] = nil
  ended[#ended + 1] = 'waiting:' .. ask.asker
end

if ask.costs then
  local writes, units = 0, 0
  for i, cost in ipairs(ask.costs) do
    writes, units = writes + cost[1], units + cost[2]
    sums[i] = { writes = writes, units = units }
  end
  local quota = ask.costs[1][1] > 0 and 'writes' or 'units'
  local least = enough(quota)
  own = {
    asker = ask.asker,
    lane = ask.lane,
    since = now - ask.waitedMs,
    first = bounded(sums[1]),
    need = bounded(sums[least]),
    want = bounded(sums[#sums])
  }
  marks[ask.asker] = own

  local free = { writes = room('writes'), units = room('units') }
  local turn = { writes = roomInTurn('writes'), units = roomInTurn('units') }
  local function fits(i)
    local sum = i == 1 and own.first or sums[i]
    for _, each in ipairs(quotas) do
      if sum[each] > 0 and sum[each] > math.max(free[each], turn[each]) then return false end
    end
    return pausedForMs(kindOf(ask.costs[i])) == 0
  end
  while granted < #sums and fits(granted + 1) do
    granted = granted + 1
  end
  if turn[quota] < own.first[quota] and granted < least then granted = 0 end

  if granted > 0 then
    for _, each in ipairs(quotas) do
      spend(each, sums[granted][each], free[each])
    end
    marks[ask.asker] = nil
  else
    local seconds = math.max(secondsUntil('writes', free.writes), secondsUntil('units', free.units))
    waitMs = math.max(1, pausedForMs(kindOf(ask.costs[1])) + seconds * 1000)
    own.untilMs = now + math.min(waitMs, longestPollMs) + graceMs
    -- Also while whoever asked is away, because it was told to come back later.
    local field = 'lane' .. own.lane .. ':until'
    if state[field] then
      state[field] = math.max(state[field], now + math.min(waitMs, longestAbsenceMs) + graceMs)
    end
  end
end

-- Writing ------------------------------------------------------------------------------------------------------------

local fields = {}
for field, value in pairs(state) do
  fields[#fields + 1] = field
  fields[#fields + 1] = value
end
if #ended > 0 then redis.call('HDEL', key, unpack(ended)) end
if own and granted == 0 then
  fields[#fields + 1] = 'waiting:' .. own.asker
  fields[#fields + 1] = cjson.encode(own)
end
redis.call('HSET', key, unpack(fields))
redis.call('PEXPIRE', key, forgottenAfterMs)

local waiting = { 0, 0, 0 }
for _, mark in pairs(marks) do
  waiting[mark.lane] = waiting[mark.lane] + 1
end
return cjson.encode({
  granted = granted,
  waitMs = waitMs,
  pausedForMs = { reads = pausedForMs('reads'), writes = pausedForMs('writes') },
  left = { writes = state['writes:left'], units = state['units:left'] },
  pace = { writes = state['writes:pace'], units = state['units:pace'] },
  waiting = waiting
})
