/**
 * Which of the media types that a route offers its caller likes best (RFC 9110 section 12.5.1).
 *
 * @param offered the first one is for callers that do not say, or like none of them
 */
export function preferredType<Type extends string>(
  accept: string | undefined,
  offered: readonly [Type, ...Type[]]
): Type {
  const ranges = (accept ?? '').split(',').flatMap(rangeOf)
  const [first] = offered
  let best: { type: Type; quality: number } = { type: first, quality: 0 }
  for (const type of offered) {
    const quality = qualityOf(type, ranges)
    if (quality > best.quality) best = { type, quality }
  }
  return best.type
}

interface Range {
  readonly range: string
  readonly quality: number
}

function rangeOf(text: string): Range[] {
  const [range = '', ...parameters] = text.split(';').map(part => part.trim().toLowerCase())
  if (range === '') return []
  const quality = Number(parameters.find(parameter => parameter.startsWith('q='))?.slice(2) ?? 1)
  return [{ range, quality: Number.isFinite(quality) ? quality : 1 }]
}

/** What names a type most exactly counts. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const [family = ''] = type.split('/')
  for (const wanted of [type, `${family}/*`, '*/*']) {
    const found = ranges.find(({ range }) => range === wanted)
    if (found !== undefined) return found.quality
  }
  return 0
}
