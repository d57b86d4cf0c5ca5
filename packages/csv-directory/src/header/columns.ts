import { CsvFileError } from '../csv-file-error.ts'
import { type CsvMapping, foldHeading } from '../csv-mapping.ts'
import { accountStateAttributes } from '../person/account-state.ts'
import { friendlyNames, plainHeading } from './friendly-names.ts'

/** What a column of the file is used for. */
export interface ColumnUse {
  /** Its place in each record; the first is 0. */
  readonly index: number
  /** As the file has it; empty for a column without one. */
  readonly heading: string
  readonly isAnchor: boolean
  /** In AD's spelling, or `manager`, `accountEnabled`, `accountDisabled`. Missing: the column gives none. */
  readonly attribute?: string
  /** Why it gives none, where nobody has asked for that. */
  readonly unused?: 'no-heading' | 'unknown-heading' | 'attribute-not-read'
}

/** The attribute that a mapping or a heading names, and whether the mapping itself said so. */
interface Claim extends ColumnUse {
  readonly explicit: boolean
}

/**
 * @param known the attributes that something reads; any other is left out
 * @throws CsvFileError when the columns do not fit the mapping
 */
export function columnUses(
  headings: readonly string[],
  mapping: CsvMapping,
  known: readonly string[]
): readonly ColumnUse[] {
  const folded = headings.map(foldHeading)
  refuseDuplicates(headings, folded)
  refuseMissing(headings, folded, mapping)
  const anchor = foldHeading(mapping.anchorColumn)
  const wanted = new Map(
    Object.entries(mapping.columns ?? {}).map(([heading, attribute]) => [foldHeading(heading), attribute])
  )
  const attributes = attributesByName(known)
  const claims = folded.map((heading, index): Claim => {
    const named = wanted.get(heading)
    const isAnchor = heading === anchor
    const column = { index, heading: headings[index]?.trim() ?? '', isAnchor, explicit: named !== undefined }
    if (named === null) return column
    if (heading === '') return { ...column, unused: 'no-heading' }
    const attribute = named === undefined ? implied(heading, attributes) : attributes.get(named.toLowerCase())
    if (attribute !== undefined) return { ...column, attribute }
    if (named !== undefined) return { ...column, unused: 'attribute-not-read' }
    return isAnchor ? column : { ...column, unused: 'unknown-heading' }
  })
  return withoutConflicts(claims)
}

/** In lower case, to the spelling that is used. */
function attributesByName(known: readonly string[]): ReadonlyMap<string, string> {
  const names = [...known, 'manager', ...accountStateAttributes]
  return new Map(names.map(name => [name.toLowerCase(), name]))
}

function implied(heading: string, attributes: ReadonlyMap<string, string>): string | undefined {
  const plain = plainHeading(heading)
  const own = attributes.get(heading) ?? [...attributes.values()].find(name => plainHeading(name) === plain)
  const friendly = Object.hasOwn(friendlyNames, plain) ? friendlyNames[plain] : undefined
  return own ?? attributes.get(friendly?.toLowerCase() ?? '')
}

function refuseDuplicates(headings: readonly string[], folded: readonly string[]): void {
  const seen = new Set<string>()
  for (const [index, heading] of folded.entries()) {
    if (heading !== '' && seen.has(heading)) {
      throw new CsvFileError(
        'csv-duplicate-column',
        `The file has two columns with the heading "${headings[index]?.trim()}". Rename or remove one of them.`
      )
    }
    seen.add(heading)
  }
}

function refuseMissing(headings: readonly string[], folded: readonly string[], mapping: CsvMapping): void {
  const present = new Set(folded)
  if (!present.has(foldHeading(mapping.anchorColumn))) {
    throw new CsvFileError(
      'csv-anchor-column',
      `The file has no column "${mapping.anchorColumn}", which is to identify each person. ${listed(headings)} Name the right one as anchorColumn, or correct the heading; the first line of the file must hold the headings.`
    )
  }
  const missing = Object.keys(mapping.columns ?? {}).filter(heading => !present.has(foldHeading(heading)))
  if (missing.length > 0) {
    const names = missing.map(heading => `"${heading}"`).join(', ')
    throw new CsvFileError(
      'csv-missing-column',
      `The mapping names what the file does not have: ${names}. ${listed(headings)} Correct the heading, or the mapping.`
    )
  }
}

function listed(headings: readonly string[]): string {
  const shown = headings.slice(0, 50).map(heading => `"${heading.trim().slice(0, 60)}"`)
  const more = headings.length > shown.length ? ` and ${headings.length - shown.length} more` : ''
  return `Its columns are ${shown.join(', ')}${more}.`
}

/** The anchor's column gives its attribute too, unless another column is there for that. */
function withoutConflicts(claims: readonly Claim[]): readonly ColumnUse[] {
  return claims.map(({ explicit, ...column }) => {
    const { attribute, ...bare } = column
    const rival = claims.find(
      other =>
        other.index !== column.index &&
        other.attribute !== undefined &&
        sameTarget(other.attribute, attribute)
    )
    if (rival === undefined) return column
    if (column.isAnchor && !explicit) return bare
    if (rival.isAnchor && !rival.explicit) return column
    throw new CsvFileError(
      'csv-duplicate-attribute',
      `The columns "${column.heading}" and "${rival.heading}" both give ${attribute}. Map one of them to null, or to another attribute.`
    )
  })
}

/** All that tell whether an account is enabled end in one attribute. */
function sameTarget(one: string, other: string | undefined): boolean {
  if (one === other) return true
  const states: readonly string[] = [...accountStateAttributes, 'userAccountControl']
  return other !== undefined && states.includes(one) && states.includes(other)
}
