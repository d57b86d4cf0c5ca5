-- What is left of our share of a tenant's quotas, and who waits for it. In one call a process tells its news and asks
-- for as many of its requests, from the first on, as may be sent now. README.md explains; times are milliseconds.
-- KEYS[1]: a hash. ARGV[1]: `Ask` of ask.ts as JSON. Returns `Answer` of ask.ts as JSON.
-- This is the first half of the script, which brings the budget up to now; grant.lua is the second.

local key = KEYS[1]
local ask = cjson.decode(ARGV[1])

local quotas = { 'writes', 'units' }
local kinds = { 'reads', 'writes' }
-- Lanes are 1 urgent, 2 single, 3 bulk. What a lower lane gets of the rate while higher ones wait.
local guaranteed = { [2] = 0.2, [3] = 0.1 }
local lowestLane = 3
-- How much of the rate bulk gathers before it takes, so that its batches are not of one.
local gatherSeconds = 0.25
-- How much of its guaranteed rate a lane gathers before it is its turn.
local turnSeconds = 0.5
local refusedFactor, nearLimitFactor, lowestPace, recoveryPerSecond = 0.5, 0.8, 0.05, 0.05
local slowAtMostEachMs = 2000
local longestPauseMs = 3600000
-- A pause that a process tells again seems to end a little later each time, by what the way to here takes.
local samePauseMs = 250
local longestPollMs, graceMs, longestAbsenceMs = 500, 500, 60000
local forgottenAfterMs = 7200000

-- Reading ------------------------------------------------------------------------------------------------------------

local now = ask.nowMs
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + time[2] / 1000
end

local state, marks, ended = {}, {}, {}
local stored = redis.call('HGETALL', key)
for i = 1, #stored, 2 do
  local asker = stored[i]:match('^waiting:(.+)$')
  if asker then
    marks[asker] = cjson.decode(stored[i + 1])
  else
    state[stored[i]] = tonumber(stored[i + 1])
  end
end

local function default(field, value)
  state[field] = state[field] or value
end

default('at', now)
for _, kind in ipairs(kinds) do
  default(kind .. ':pausedUntil', 0)
end
for lane in pairs(guaranteed) do
  default('lane' .. lane .. ':until', 0)
end
for _, quota in ipairs(quotas) do
  -- Empty: whoever flushes Redis gives nobody a burst.
  default(quota .. ':left', 0)
  default(quota .. ':pace', ask.pace[quota])
  default(quota .. ':slowedAt', 0)
  for lane in pairs(guaranteed) do
    default(quota .. ':owed' .. lane, 0)
  end
end

-- The clock was set back: what lies ahead moves with it, and whoever waits asks again.
if now < state.at then
  for _, kind in ipairs(kinds) do
    state[kind .. ':pausedUntil'] = state[kind .. ':pausedUntil'] - (state.at - now)
  end
  for _, quota in ipairs(quotas) do
    state[quota .. ':slowedAt'] = 0
  end
  for lane in pairs(guaranteed) do
    state['lane' .. lane .. ':until'] = 0
  end
  for asker in pairs(marks) do
    marks[asker] = nil
    ended[#ended + 1] = 'waiting:' .. asker
  end
  state.at = now
end

for asker, mark in pairs(marks) do
  if mark.untilMs < now then
    marks[asker] = nil
    ended[#ended + 1] = 'waiting:' .. asker
  end
end

-- Refilling ----------------------------------------------------------------------------------------------------------

-- Nothing is gained during a pause, neither for a burst after it nor in speed.
local function refill(quota, pausedUntil)
  local limit = ask.limits[quota]
  local seconds = math.max(0, now - math.max(state.at, pausedUntil)) / 1000
  local pace = state[quota .. ':pace']
  local recovered = math.min(1, pace + recoveryPerSecond * seconds)
  local gained = limit.perSecond * (pace + recovered) / 2 * seconds
  state[quota .. ':pace'] = recovered
  state[quota .. ':left'] = math.min(limit.capacity, state[quota .. ':left'] + gained)
  for lane, share in pairs(guaranteed) do
    local owed = state[quota .. ':owed' .. lane]
    local waits = state.at < state['lane' .. lane .. ':until']
    local most = waits and math.max(1, share * limit.perSecond) or math.max(0, owed)
    state[quota .. ':owed' .. lane] = math.min(most, owed + share * gained)
  end
end

refill('writes', state['writes:pausedUntil'])
refill('units', math.min(state['reads:pausedUntil'], state['writes:pausedUntil']))
state.at = now

-- News ---------------------------------------------------------------------------------------------------------------

local function slow(quota, factor)
  if now - state[quota .. ':slowedAt'] < slowAtMostEachMs then return end
  state[quota .. ':pace'] = math.max(lowestPace, state[quota .. ':pace'] * factor)
  state[quota .. ':slowedAt'] = now
end

for kind, pauseMs in pairs(ask.pauses) do
  local untilMs = now + math.min(pauseMs, longestPauseMs)
  if untilMs > state[kind .. ':pausedUntil'] + samePauseMs then
    state[kind .. ':pausedUntil'] = untilMs
  end
end
for _, quota in ipairs(ask.refused) do
  state[quota .. ':left'] = math.min(0, state[quota .. ':left'])
  slow(quota, refusedFactor)
end
if ask.nearLimit then
  for _, quota in ipairs(quotas) do
    slow(quota, nearLimitFactor)
  end
end
if ask.unitsBeyond ~= 0 then
  local capacity = ask.limits.units.capacity
  local left = state['units:left'] - ask.unitsBeyond
  state['units:left'] = math.max(-10 * capacity, math.min(capacity, left))
end
