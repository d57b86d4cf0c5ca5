/** A value of proxyAddresses or targetAddress: `PREFIX:address`. */

/** Address types that Exchange and Entra know. */
const knownPrefixes = new Set(
  'smtp x400 x500 sip eum meum spo mobile um ms msmail ccmail notes gwise fax mrs air rfax vcard snads profs ex im'.split(
    ' '
  )
)

/** How people misspell `smtp`. */
const misspelt = new Set(['smpt', 'stmp', 'smt', 'smtps', 'stp', 'mstp', 'mail', 'email', 'mailto', 'e-mail'])

/** The prefix without its colon, as it stands; undefined when there is none. */
export function prefixOf(value: string): string | undefined {
  const colon = value.indexOf(':')
  return colon < 1 ? undefined : value.slice(0, colon)
}

export function bodyOf(value: string): string {
  return value.slice(value.indexOf(':') + 1)
}

/** Nothing at all, or nothing but colons and spaces behind the prefix. */
export function isEmptyValue(value: string): boolean {
  return value.trim() === '' || (value.includes(':') && !/[^:\s]/.test(bodyOf(value)))
}

/** `smtp:` counts at the very start of the value and nowhere else, in any case. */
export function isSmtp(value: string): boolean {
  return value.length > 4 && value[4] === ':' && value.slice(0, 4).toLowerCase() === 'smtp'
}

export function isPrimary(value: string): boolean {
  return value.startsWith('SMTP:')
}

export function isX400Or500(value: string): boolean {
  return /^x[45]00:/i.test(value)
}

export function hasKnownPrefix(value: string): boolean {
  const prefix = prefixOf(value)
  return prefix !== undefined && knownPrefixes.has(prefix.toLowerCase())
}

/** `Smtp:` is neither primary nor what any tool writes. */
export function hasMixedCaseSmtp(value: string): boolean {
  return isSmtp(value) && !value.startsWith('SMTP:') && !value.startsWith('smtp:')
}

/** The value with the prefix that was meant; undefined when one cannot tell. */
export function mendPrefix(value: string, whenNone: 'SMTP' | 'smtp'): string | undefined {
  if (hasMixedCaseSmtp(value)) return `smtp:${bodyOf(value)}`
  const prefix = prefixOf(value)
  if (prefix === undefined) {
    const bare = value.replace(/^[\s:]+/, '')
    return bare.includes('@') ? `${whenNone}:${bare}` : undefined
  }
  const meant = prefix.trim().toLowerCase()
  if (misspelt.has(meant)) return `${whenNone}:${bodyOf(value).trim()}`
  return knownPrefixes.has(meant) ? `${prefix.trim()}:${bodyOf(value)}` : undefined
}

/** Without the colons after the first: a doubled prefix goes whole. */
export function withoutExtraColons(value: string): string {
  const prefix = prefixOf(value) ?? ''
  const body = bodyOf(value)
  const inner = prefixOf(body)?.trim().toLowerCase()
  const doubled = inner !== undefined && (inner === prefix.toLowerCase() || misspelt.has(inner))
  return `${prefix}:${(doubled ? bodyOf(body) : body).replaceAll(':', '')}`
}
