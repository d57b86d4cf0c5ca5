import type { AttributeModification, WriteValue } from '@opendirsync/ldap'
import { attributePattern, type ChangeRecord } from './change-record.ts'

/** Begins every file (RFC 2849 section "Formal Syntax Definition of LDIF"). */
export const ldifHeader = 'version: 1\n'

const columns = 76
/** Narrower than SAFE-STRING: control characters too are put into Base64, which is always allowed. */
const safeString = /^(?:[!-9;=-~][ -~]*)?$/

/**
 * One change record, with the empty line before it that parts it from the header or the record above. Lines are folded
 * at 76 columns; values that are not plain ASCII text are Base64.
 *
 * @param comments plain ASCII; other characters become question marks
 * @throws TypeError when an attribute's name cannot be one
 */
export function writeRecord({ dn, changes }: ChangeRecord, comments: readonly string[] = []): string {
  const lines = [
    '',
    ...comments.map(comment => `# ${comment.replaceAll(/[^ -~]/g, '?')}`),
    valueLine('dn', dn),
    'changetype: modify',
    ...changes.flatMap(changeLines)
  ]
  return `${lines.map(folded).join('\n')}\n`
}

function changeLines({ operation, attribute, values = [] }: AttributeModification): string[] {
  if (!attributePattern.test(attribute)) throw new TypeError(`${attribute} cannot be an attribute's name`)
  return [`${operation}: ${attribute}`, ...values.map(value => valueLine(attribute, value)), '-']
}

function valueLine(name: string, value: WriteValue): string {
  if (typeof value === 'string' && safeString.test(value) && !value.endsWith(' ')) return `${name}: ${value}`
  const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.from(value)
  return `${name}:: ${bytes.toString('base64')}`
}

/** The second and later lines begin with a space, which is not part of the text. */
function folded(line: string): string {
  if (line.length <= columns) return line
  const parts = [line.slice(0, columns)]
  for (let at = columns; at < line.length; at += columns - 1)
    parts.push(` ${line.slice(at, at + columns - 1)}`)
  return parts.join('\n')
}
