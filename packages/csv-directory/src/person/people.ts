import type { AttributeValues, DirectoryChange, ObjectGuid } from '@opendirsync/contracts'
import type { CsvMapping } from '../csv-mapping.ts'
import type { CsvEnd, CsvFinding } from '../csv-step.ts'
import type { ColumnUse } from '../header/columns.ts'
import { holdsRecords } from '../text/holds-records.ts'
import type { CsvRecord } from '../text/record-reader.ts'
import { anchorToGuid, personDn } from './anchor.ts'
import { completedAttributes } from './completed-attributes.ts'
import { GuidLines } from './guid-lines.ts'
import { malformedMessage } from './malformed-message.ts'
import { readAnchor, readValues, type ValueFault } from './values.ts'

interface PeopleOptions {
  readonly connector: string
  readonly columns: readonly ColumnUse[]
  readonly delimiter: string
  readonly mapping: CsvMapping
  /** The attributes that something reads. */
  readonly known: readonly string[]
}

type WellFormed = CsvRecord & { readonly kind: 'record' }

/** What one record gives. Without a change there is at least one finding with severity `error`. */
interface ReadPerson {
  readonly change?: DirectoryChange
  readonly findings: readonly CsvFinding[]
}

interface Identity {
  readonly anchor: string
  readonly objectGuid: ObjectGuid
}

/** Makes people of the records of one file, one after the other, and counts. */
export class People {
  readonly #connector: string
  readonly #separator: string | undefined
  readonly #delimiter: string
  readonly #known: ReadonlySet<string>
  readonly #width: number
  readonly #anchorIndex: number
  readonly #anchorHeading: string
  readonly #columns: readonly (ColumnUse & { readonly attribute: string })[]
  readonly #guidOf: (anchor: string) => ObjectGuid
  readonly #people = new GuidLines()
  readonly #managers = new GuidLines()
  #lines = 0
  #used = 0
  #unidentified = 0

  constructor({ connector, columns, delimiter, mapping, known }: PeopleOptions) {
    const anchor = columns.find(column => column.isAnchor)
    this.#connector = connector
    this.#separator = mapping.multiValueSeparator
    this.#delimiter = delimiter
    this.#known = new Set(known)
    this.#width = columns.length
    this.#anchorIndex = anchor?.index ?? 0
    this.#anchorHeading = anchor?.heading ?? ''
    this.#columns = columns.flatMap(column =>
      column.attribute === undefined ? [] : [{ ...column, attribute: column.attribute }]
    )
    this.#guidOf = anchorToGuid(connector)
  }

  read(record: CsvRecord): ReadPerson {
    this.#lines += 1
    if (record.kind === 'malformed') {
      const findings = this.#malformed(record)
      if (findings.some(isUnidentified)) this.#unidentified += 1
      return { findings }
    }
    const person = this.#person(record)
    if (person.change !== undefined) this.#used += 1
    const doubts = this.#doubts(record)
    // A record over several lines that is not right may have taken in the lines of other people.
    const mayHide = doubts.length > 0 || (record.spansLines && person.change === undefined)
    if (mayHide || person.findings.some(isUnidentified)) this.#unidentified += 1
    return doubts.length === 0 ? person : { ...person, findings: [...person.findings, ...doubts] }
  }

  /** Managers who are not in the file; each once, at the first line that names them. */
  missingManagers(): CsvFinding[] {
    const column = this.#columns.find(({ attribute }) => attribute === 'manager')?.heading ?? ''
    return this.#managers.missingFrom(this.#people).map(({ line, repeats }) => ({
      line,
      code: 'manager-not-in-file',
      severity: 'warning',
      column,
      message: `No line of the file is the person that "${column}" names here${repeats > 0 ? ` and in ${repeats} more lines` : ''}. Add that person, or correct the value; it must be what "${this.#anchorHeading}" says of them.`
    }))
  }

  totals(): CsvEnd {
    return {
      kind: 'end',
      lines: this.#lines,
      used: this.#used,
      identified: this.#people.size,
      unidentified: this.#unidentified
    }
  }

  #malformed({ line, code, fields }: CsvRecord & { kind: 'malformed' }): CsvFinding[] {
    // With a delimiter too many or too few, only what stands before all of them is surely in its place.
    const isInPlace = code === 'wrong-column-count' ? this.#anchorIndex === 0 : true
    const identity = isInPlace ? this.#identity(fields[this.#anchorIndex] ?? '') : undefined
    const message = malformedMessage(code, fields.length, this.#width)
    const finding = { line, code, severity: 'error', message } as const
    if (identity === undefined || 'code' in identity) return [finding]
    this.#people.add(identity.objectGuid, line)
    return [{ ...finding, objectGuid: identity.objectGuid }]
  }

  #person({ line, fields }: WellFormed): ReadPerson {
    const identity = this.#identity(fields[this.#anchorIndex] ?? '')
    if ('code' in identity) {
      return { findings: [{ line, severity: 'error', column: this.#anchorHeading, ...identity }] }
    }
    const { anchor, objectGuid } = identity
    const first = this.#people.add(objectGuid, line)
    if (first !== undefined) {
      const message = `"${this.#anchorHeading}" is the same as in line ${first}, so this line is not used. Two people cannot share it: correct or remove one of the lines.`
      const column = this.#anchorHeading
      return {
        findings: [{ line, code: 'duplicate-anchor', severity: 'error', column, message, objectGuid }]
      }
    }
    const { attributes, findings } = this.#values(line, fields, identity)
    if (findings.length > 0) return { findings }
    const manager = attributes.get('manager')?.[0]
    const change: DirectoryChange = {
      objectGuid,
      dn: personDn(anchor, this.#connector),
      objectClass: 'user',
      complete: true,
      state: 'present',
      attributes: this.#thatAreRead(completedAttributes(attributes, anchor)),
      links:
        manager === undefined
          ? []
          : [{ attribute: 'manager', added: [this.#manager(manager, line)], removed: [] }],
      replacesLinks: ['manager']
    }
    return { change, findings: [] }
  }

  #identity(raw: string): Identity | ValueFault {
    const anchor = readAnchor({ heading: this.#anchorHeading, raw })
    return typeof anchor === 'string' ? { anchor, objectGuid: this.#guidOf(anchor) } : anchor
  }

  #values(line: number, fields: readonly string[], { anchor, objectGuid }: Identity) {
    const attributes = new Map<string, readonly string[]>()
    const findings: CsvFinding[] = []
    for (const { index, heading, attribute, isAnchor } of this.#columns) {
      const values = isAnchor ? [anchor] : this.#columnValues(attribute, heading, fields[index] ?? '')
      if ('code' in values) {
        findings.push({ line, severity: 'error', column: heading, objectGuid, ...values })
      } else if (values.length > 0) {
        attributes.set(attribute, values)
      }
    }
    return { attributes, findings }
  }

  #columnValues(attribute: string, heading: string, raw: string): readonly string[] | ValueFault {
    const values = readValues(attribute, { heading, raw }, this.#separator)
    if (attribute !== 'manager' || 'code' in values || values[0] === undefined) return values
    const manager = readAnchor({ heading, raw: values[0] })
    return typeof manager === 'string' ? [manager] : manager
  }

  #manager(anchor: string, line: number): ObjectGuid {
    const guid = this.#guidOf(anchor)
    this.#managers.add(guid, line)
    return guid
  }

  /** A value that may have taken in the lines of other people, in a record that is right in itself. */
  #doubts({ line, fields, spansLines }: WellFormed): CsvFinding[] {
    if (!spansLines || !fields.some(value => holdsRecords(value, this.#delimiter, this.#width))) return []
    const message =
      'A value of several lines begins here, and a line within it looks like another person. Close the double quote where the value ends; until then nobody is deleted for being missing.'
    return [{ line, code: 'doubtful-quote', severity: 'warning', message }]
  }

  #thatAreRead(attributes: AttributeValues): AttributeValues {
    const names = Object.keys(attributes)
    if (names.every(name => this.#known.has(name))) return attributes
    return Object.fromEntries(Object.entries(attributes).filter(([name]) => this.#known.has(name)))
  }
}

/** An error that does not say of whom. */
function isUnidentified({ severity, objectGuid }: CsvFinding): boolean {
  return severity === 'error' && objectGuid === undefined
}
