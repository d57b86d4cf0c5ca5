import { SetupError } from '@opendirsync/contracts'
import type { DirectoryConnection } from '../connection/directory-connection.ts'
import { guidDn } from '../decode/guid.ts'
import { RefusedError, resultCode } from '../errors.ts'
import type { Fix } from './fix.ts'

/** The object of a fix, as it is in the directory now. */
export interface Target {
  readonly dn: string
  /** Of the attribute of the fix, as the directory spells them. */
  readonly values: readonly string[]
  /** In lower case; the most specific last. */
  readonly classes: readonly string[]
  readonly isCritical: boolean
  /** AdminSDHolder has set its rights (MS-ADTS section 3.1.1.6.1.2): those of its container do not count. */
  readonly isProtected: boolean
}

/** @returns `undefined` when there is no such living object, or the account may not see it */
export async function readTarget(
  connection: Pick<DirectoryConnection, 'search'>,
  { objectGuid, attribute }: Pick<Fix, 'objectGuid' | 'attribute'>
): Promise<Target | undefined> {
  const base = guidDn(objectGuid)
  const attributes = ['objectClass', 'isCriticalSystemObject', 'adminCount', attribute]
  try {
    for await (const entry of connection.search({ base, scope: 'base', attributes })) {
      const valuesOf = (wanted: string) =>
        entry.attributes
          .find(({ name }) => name.toLowerCase() === wanted.toLowerCase())
          ?.values.map(value => value.toString('utf8')) ?? []
      return {
        dn: entry.dn,
        values: valuesOf(attribute),
        classes: valuesOf('objectClass').map(name => name.toLowerCase()),
        isCritical: valuesOf('isCriticalSystemObject')[0] === 'TRUE',
        isProtected: valuesOf('adminCount')[0] === '1'
      }
    }
  } catch (error) {
    const isHidden = error instanceof SetupError && error.code === 'ad-permissions'
    const isGone = error instanceof RefusedError && error.resultCode === resultCode.noSuchObject
    if (!isHidden && !isGone) throw error
  }
  return undefined
}

const fixableClasses = ['user', 'group', 'contact']

/** Why the object is left alone, whatever the fix; `undefined`: it may be written. */
export function targetFault({ dn, classes, isCritical }: Target): string | undefined {
  if (isCritical)
    return `${dn} belongs to the system (isCriticalSystemObject) and is not synchronised. It is left alone.`
  if (!fixableClasses.some(name => classes.includes(name)) || classes.includes('computer')) {
    return `${dn} is a ${classes.at(-1) ?? 'thing of unknown class'}: fixes write users, groups and contacts only.`
  }
  return undefined
}
