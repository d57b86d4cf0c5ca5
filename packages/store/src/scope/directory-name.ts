/** Splits at commas that no backslash escapes (RFC 4514 section 2.4). */
const separator = /(?<!(?:^|[^\\])(?:\\\\)*\\),/

/**
 * A distinguished name as people write it, as directories spell it: no spaces around its parts and their equals signs.
 * A space that is escaped belongs to the value.
 */
export function directoryName(text: string): string {
  return text.split(separator).map(relativeName).join(',')
}

function relativeName(part: string): string {
  const start = part.trimStart()
  const end = start.trimEnd()
  const isEscaped = /(?:^|[^\\])(?:\\\\)*\\$/.test(end) && end.length < start.length
  return (isEscaped ? `${end} ` : end).replace(/^([A-Za-z0-9.-]+) *= */, '$1=')
}
