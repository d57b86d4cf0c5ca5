import type { RE2JS } from 're2js'
import { bounded, requireLength } from '../values.ts'

type Matcher = ReturnType<RE2JS['matcher']>

/** Every match gives way to the new text, in which `$1`, `${name}`, `$&` and `$$` stand for what .NET lets them. */
export function replaceMatches(pattern: RE2JS, source: string, replacement: string): string {
  const groups = new Map(Object.entries(pattern.namedGroups()))
  const count = pattern.groupCount()
  const groupOf = (matcher: Matcher, written: string, wanted: string): string => {
    const index = /^\d+$/.test(wanted) ? Number(wanted) : groups.get(wanted)
    return index === undefined || index > count ? written : (matcher.group(index) ?? '')
  }
  return spliced(pattern, source, matcher => ({
    from: matcher.start(),
    to: matcher.end(),
    text: replacement.replace(/\$(?:([$&])|(\d{1,2})|\{(\w+)\})/g, (written, sign, number, name) => {
      if (sign === '$') return '$'
      return groupOf(matcher, written, sign === '&' ? '0' : (number ?? name))
    })
  }))
}

/** Of every match only the named group gives way. */
export function replaceGroup(pattern: RE2JS, group: string, source: string, replacement: string): string {
  return spliced(pattern, source, matcher => ({
    from: matcher.start(group),
    to: matcher.end(group),
    text: replacement
  }))
}

/** What the named group is in the first match; NULL when there is none. */
export function firstGroup(pattern: RE2JS, group: string, source: string): string | null {
  const matcher = pattern.matcher(source)
  return matcher.find() ? matcher.group(group) : null
}

interface Splice {
  /** -1 when the group took no part in the match. */
  readonly from: number
  readonly to: number
  readonly text: string
}

function spliced(pattern: RE2JS, source: string, spliceOf: (matcher: Matcher) => Splice): string {
  const matcher = pattern.matcher(source)
  const pieces: string[] = []
  let length = 0
  let position = 0
  while (matcher.find()) {
    const { from, to, text } = spliceOf(matcher)
    if (from < position) continue
    pieces.push(source.slice(position, from), text)
    length += from - position + text.length
    requireLength(length)
    position = to
  }
  return bounded(pieces.join('') + source.slice(position))
}
