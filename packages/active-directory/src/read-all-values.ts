import type { Control, EntryAttribute } from '@opendirsync/ldap'
import type { DirectoryConnection } from './connection/directory-connection.ts'

/**
 * The values of an attribute that a server gives in parts: Windows answers `member` with
 * `member;range=0-1499`, and the rest must be asked for (MS-ADTS section 3.1.1.3.1.3.3).
 *
 * @param first the attribute as it came in the first answer
 * @param step how many values to ask for at a time; default: as many as the server gives
 */
export async function readAllValues(
  connection: DirectoryConnection,
  {
    base,
    first,
    step,
    controls
  }: {
    base: string
    first: EntryAttribute
    step?: number | undefined
    controls: readonly Control[]
  }
): Promise<Buffer[]> {
  const values = [...first.values]
  const [name = ''] = first.name.split(';')
  let last = lastOfRange(first.name)
  while (last !== undefined) {
    const start = last + 1
    const end = step === undefined ? '*' : String(start + step - 1)
    const part = await readPart(connection, { base, controls, attribute: `${name};range=${start}-${end}` })
    if (part === undefined || part.values.length === 0) break
    for (const value of part.values) values.push(value)
    last = lastOfRange(part.name)
  }
  return values
}

async function readPart(
  connection: DirectoryConnection,
  { base, attribute, controls }: { base: string; attribute: string; controls: readonly Control[] }
): Promise<EntryAttribute | undefined> {
  const wanted = attribute.slice(0, attribute.indexOf('=')).toLowerCase()
  let found: EntryAttribute | undefined
  for await (const entry of connection.search({ base, scope: 'base', attributes: [attribute], controls })) {
    found = entry.attributes.find(({ name }) => name.toLowerCase().startsWith(wanted))
  }
  return found
}

/** 1499 of `member;range=0-1499`; `undefined` when nothing follows. */
function lastOfRange(name: string): number | undefined {
  const last = /;range=\d+-(\d+|\*)/i.exec(name)?.[1]
  return last === undefined || last === '*' ? undefined : Number(last)
}
