import { type DirectoryChange, linkAttributes, type ObjectGuid } from '@opendirsync/contracts'
import type { EntryAttribute, SearchEntry } from '@opendirsync/ldap'
import type { DirectoryConnection } from './connection/directory-connection.ts'
import { guidDn } from './decode/guid.ts'
import { ChangeDecoder, identityAttributes } from './dir-sync/change-decoder.ts'
import { linkAttributeOf, linkTargets } from './dir-sync/link-changes.ts'
import { directoryError, RefusedError, resultCode } from './errors.ts'
import { extendedDn, showDeleted } from './protocol/controls.ts'
import { readAllValues } from './read-all-values.ts'

/** The other end of a link names its sources here. They are computed, so no change of them is ever reported. */
const backLinkNames = ['memberOf', 'directReports'] as const

/** One object with all of its values, and with those that refer to it. */
export interface ObjectReading extends DirectoryChange {
  readonly backLinks: {
    /** Groups that name the object in `member`. */
    readonly memberOf: readonly ObjectGuid[]
    /** Objects that name it in `manager`. */
    readonly directReports: readonly ObjectGuid[]
  }
}

export interface ReadOptions {
  /** Of attributes that link objects; default: as many as the server gives (Windows: 1,500). */
  readonly valuesAtATime?: number
}

const controls = [extendedDn, showDeleted]

/**
 * Reads one object completely, wherever it is now; for objects that were restored, of which DirSync
 * reports only what the restore changed. A tombstone is read as `deleted`.
 * @returns `undefined` when there is no such object, or it cannot be read
 */
export async function readObject(
  connection: DirectoryConnection,
  objectGuid: ObjectGuid,
  attributes: readonly string[],
  { valuesAtATime }: ReadOptions = {}
): Promise<ObjectReading | undefined> {
  const base = guidDn(objectGuid)
  const range = valuesAtATime === undefined ? '' : `;range=0-${valuesAtATime - 1}`
  const linked = [...linkAttributes, ...backLinkNames].map(name => name + range)
  const plain = attributes.filter(name => linkAttributeOf(name) === undefined)
  const entry = await readBase(connection, base, [...identityAttributes, ...linked, ...plain])
  if (entry === undefined) return undefined

  const whole = await Promise.all(
    entry.attributes.map(async attribute => ({
      name: withoutRange(attribute.name),
      values: await readAllValues(connection, { base, first: attribute, step: valuesAtATime, controls })
    }))
  )
  const links = linkAttributes.map(name => valuesOf(whole, name))
  const others = whole.filter(({ name }) => linkAttributeOf(name) === undefined)
  const change = decode(connection, plain, { dn: entry.dn, attributes: [...others, ...links] })
  const backLink = (name: (typeof backLinkNames)[number]) => linkTargets(name, valuesOf(whole, name).values)
  return {
    ...change,
    backLinks: { memberOf: backLink('memberOf'), directReports: backLink('directReports') }
  }
}

function decode(
  { server }: DirectoryConnection,
  attributes: readonly string[],
  entry: SearchEntry
): DirectoryChange {
  try {
    return new ChangeDecoder(attributes).decode(entry, true)
  } catch (error) {
    throw directoryError(server, error)
  }
}

async function readBase(
  connection: DirectoryConnection,
  base: string,
  attributes: readonly string[]
): Promise<SearchEntry | undefined> {
  try {
    for await (const entry of connection.search({ base, scope: 'base', attributes, controls })) return entry
  } catch (error) {
    if (!(error instanceof RefusedError) || error.resultCode !== resultCode.noSuchObject) throw error
  }
  return undefined
}

/** An attribute that the object does not have is one without values here: the reading is complete. */
function valuesOf(attributes: readonly EntryAttribute[], name: string): EntryAttribute {
  return (
    attributes.find(attribute => attribute.name.toLowerCase() === name.toLowerCase()) ?? { name, values: [] }
  )
}

function withoutRange(name: string): string {
  return name.replace(/;range=[^;]*/i, '')
}
