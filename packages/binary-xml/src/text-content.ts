import type { DateTime, Decimal, Text } from './model.ts'

const ticksPerSecond = 10_000_000n
const ticksPerDay = 86_400n * ticksPerSecond
/** Ticks from the year 1 to 1970. */
const epochTicks = 621_355_968_000_000_000n

/** The characters that a record stands for (MC-NBFX section 2.2.3). */
export function charactersOf(text: Text): string {
  switch (text.type) {
    case 'zero':
      return '0'
    case 'one':
      return '1'
    case 'false':
    case 'true':
      return text.type
    case 'empty':
      return ''
    case 'chars':
    case 'uuid':
      return text.value
    case 'unicode':
      return typeof text.value === 'string' ? text.value : text.value.toString('latin1')
    case 'uniqueId':
      return `urn:uuid:${text.value}`
    case 'bytes':
      return text.value.toString('base64')
    case 'word':
      return text.value.text
    case 'qname':
      return `${text.prefix}:${text.name.text}`
    case 'list':
      return text.items.map(charactersOf).join(' ')
    default:
      return charactersOfValue(text)
  }
}

type Value = Extract<
  Text,
  {
    type:
      | 'int8'
      | 'int16'
      | 'int32'
      | 'int64'
      | 'uint64'
      | 'float'
      | 'double'
      | 'decimal'
      | 'dateTime'
      | 'timeSpan'
      | 'boolean'
  }
>

function charactersOfValue(text: Value): string {
  switch (text.type) {
    case 'float':
      return floatingPoint(text.value, Math.fround)
    case 'double':
      return floatingPoint(text.value, value => value)
    case 'decimal':
      return decimal(text.value)
    case 'dateTime':
      return dateTime(text.value)
    case 'timeSpan':
      return duration(text.value)
    default:
      return String(text.value)
  }
}

/** XML Schema part 2, sections 3.2.4 and 3.2.5, with the fewest digits that mean this number. */
function floatingPoint(value: number, rounded: (value: number) => number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF'
  if (Object.is(value, -0)) return '-0'
  for (let digits = 1; digits < 17; digits += 1) {
    const shorter = Number(value.toPrecision(digits))
    if (rounded(shorter) === value) return String(shorter)
  }
  return String(value)
}

function decimal({ isNegative, scale, coefficient }: Decimal): string {
  const digits = coefficient.toString().padStart(scale + 1, '0')
  const point = digits.length - scale
  const fraction = scale === 0 ? '' : `.${digits.slice(point)}`
  return `${isNegative ? '-' : ''}${digits.slice(0, point)}${fraction}`
}

function dateTime({ ticks, zone }: DateTime): string {
  const day = new Date(Number(ticks / ticksPerDay - epochTicks / ticksPerDay) * 86_400_000)
  const seconds = (ticks % ticksPerDay) / ticksPerSecond
  const clock = [seconds / 3_600n, (seconds / 60n) % 60n, seconds % 60n].map(part =>
    String(part).padStart(2, '0')
  )
  return `${day.toISOString().slice(0, 10)}T${clock.join(':')}${fractionOf(ticks)}${zone === 'unspecified' ? '' : 'Z'}`
}

/** XML Schema part 2, section 3.2.6. */
function duration(ticks: bigint): string {
  const size = ticks < 0n ? -ticks : ticks
  const days = size / ticksPerDay
  const seconds = (size % ticksPerDay) / ticksPerSecond
  const parts: string[] = []
  if (seconds >= 3_600n) parts.push(`${seconds / 3_600n}H`)
  if ((seconds / 60n) % 60n > 0n) parts.push(`${(seconds / 60n) % 60n}M`)
  const fraction = fractionOf(size)
  if (seconds % 60n > 0n || fraction !== '') parts.push(`${seconds % 60n}${fraction}S`)
  const time = parts.length > 0 ? `T${parts.join('')}` : ''
  const whole = days > 0n ? `${days}D${time}` : time || 'T0S'
  return `${ticks < 0n ? '-' : ''}P${whole}`
}

/** Of a second, with the point; empty when there is none. */
function fractionOf(ticks: bigint): string {
  const fraction = String(ticks % ticksPerSecond)
    .padStart(7, '0')
    .replace(/0+$/, '')
  return fraction === '' ? '' : `.${fraction}`
}
