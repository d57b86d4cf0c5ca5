import { isUtf8 } from 'node:buffer'
import type { AttributeModification, WriteValue } from '@opendirsync/ldap'
import { attributePattern, type ChangeRecord, LdifError } from './change-record.ts'
import { type LogicalLine, logicalLines } from './logical-lines.ts'

/**
 * The change records of LDIF text (RFC 2849), one by one. Read are changes of attributes (`changetype: modify`) only.
 * A value in Base64 that is UTF-8 is given as text, any other one as bytes.
 *
 * @param chunks the text, cut anywhere
 * @throws LdifError with the number of the line
 */
export async function* readLdif(
  chunks: AsyncIterable<string> | Iterable<string>
): AsyncGenerator<ChangeRecord, void> {
  let lines: LogicalLine[] = []
  let isFirst = true
  for await (const line of logicalLines(chunks)) {
    if (isFirst && line.text !== '') {
      isFirst = false
      if (isVersion(line)) continue
    }
    if (line.text !== '') lines.push(line)
    else if (lines.length > 0) {
      yield recordOf(lines)
      lines = []
    }
  }
  if (lines.length > 0) yield recordOf(lines)
}

interface Field {
  readonly name: string
  readonly value: WriteValue
}

function isVersion(line: LogicalLine): boolean {
  if (!/^version:/i.test(line.text)) return false
  if (fieldOf(line).value === '1') return true
  throw new LdifError(line.number, 'the version of LDIF must be 1.')
}

function recordOf(lines: readonly LogicalLine[]): ChangeRecord {
  const [first, second, ...rest] = lines
  if (first === undefined) throw new TypeError('a record has at least one line')
  const dn = fieldOf(first)
  if (dn.name.toLowerCase() !== 'dn' || typeof dn.value !== 'string') {
    throw new LdifError(first.number, 'a record must begin with "dn:" and a distinguished name.')
  }
  const kind = second === undefined ? undefined : fieldOf(second)
  if (kind?.name.toLowerCase() !== 'changetype' || kind.value !== 'modify') {
    throw new LdifError(
      second?.number ?? first.number,
      'after "dn:" must come "changetype: modify"; other changes and whole entries are not read.'
    )
  }
  return { dn: dn.value, changes: changesOf(rest, first.number) }
}

function changesOf(lines: readonly LogicalLine[], recordLine: number): AttributeModification[] {
  const changes: AttributeModification[] = []
  let open: { change: AttributeModification; values: WriteValue[] } | undefined
  for (const line of lines) {
    if (open === undefined) {
      const values: WriteValue[] = []
      open = { change: { ...headOf(line), values }, values }
    } else if (line.text === '-') {
      changes.push(open.change)
      open = undefined
    } else open.values.push(readValue(line, open.change))
  }
  if (open !== undefined) {
    throw new LdifError(lines.at(-1)?.number ?? recordLine, 'after the last value must come a line with "-".')
  }
  return changes
}

function headOf(line: LogicalLine): Pick<AttributeModification, 'operation' | 'attribute'> {
  const { name, value: attribute } = fieldOf(line)
  const operation = (['add', 'delete', 'replace'] as const).find(known => known === name.toLowerCase())
  if (operation === undefined) {
    throw new LdifError(line.number, 'here must stand "add:", "delete:" or "replace:" and an attribute.')
  }
  if (typeof attribute !== 'string' || !attributePattern.test(attribute)) {
    throw new LdifError(line.number, `after "${operation}:" must come the name of an attribute.`)
  }
  return { operation, attribute }
}

function readValue(line: LogicalLine, { attribute }: AttributeModification): WriteValue {
  const { name, value } = fieldOf(line)
  if (name.toLowerCase() === attribute.toLowerCase()) return value
  throw new LdifError(line.number, `here must stand a value of ${attribute}, or "-" after its last one.`)
}

function fieldOf({ number, text }: LogicalLine): Field {
  const colon = text.indexOf(':')
  if (colon < 1) throw new LdifError(number, 'it has no name with a colon.')
  const field = { name: text.slice(0, colon) }
  const marked = text[colon + 1]
  if (marked === '<') {
    throw new LdifError(number, 'a value by URL ("<") is not read: put the value itself there.')
  }
  if (marked !== ':') return { ...field, value: withoutFill(text.slice(colon + 1)) }
  return { ...field, value: fromBase64(number, withoutFill(text.slice(colon + 2))) }
}

function withoutFill(text: string): string {
  return text.replace(/^ +/, '')
}

function fromBase64(line: number, text: string): WriteValue {
  const bytes = Buffer.from(text, 'base64')
  // Node reads over what is not Base64.
  if (bytes.toString('base64').replace(/=+$/, '') !== text.trimEnd().replace(/=+$/, '')) {
    throw new LdifError(line, 'after "::" must come Base64.')
  }
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes
}
