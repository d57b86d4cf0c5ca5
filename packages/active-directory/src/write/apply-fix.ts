import { SetupError, UnavailableError } from '@opendirsync/contracts'
import type { AttributeModification } from '@opendirsync/ldap'
import type { DirectoryConnection } from '../connection/directory-connection.ts'
import { guidDn } from '../decode/guid.ts'
import { RefusedError, resultCode } from '../errors.ts'
import { writeRecord } from '../ldif/write-ldif.ts'
import { type Fix, fixFault } from './fix.ts'
import { conditional, inverse, replacing } from './modifications.ts'
import { isReadOnlyController, missingRight, refusalOf, valueCode } from './refusal.ts'
import { standing } from './standing.ts'
import { readTarget, type Target, targetFault } from './target.ts'

/** How to take a fix back by hand. */
export interface FixUndo {
  /** Of the object when it was written. */
  readonly dn: string
  /** A change record of LDIF, without the header of a file. */
  readonly ldif: string
}

/**
 * What became of a fix.
 * - `applied`: the directory has the value. Without `undo` it had it before, and nothing was written.
 * - `changed-meanwhile`: the attribute is no longer as the fix expects it; nothing was written.
 * - `refused`: it would be refused again until somebody acts; the message says what to do.
 * - `gone`: there is no such object any more, or the account does not see it.
 */
export type FixResult =
  | { readonly result: 'applied'; readonly dn: string; readonly undo?: FixUndo }
  | {
      readonly result: 'changed-meanwhile'
      readonly dn: string
      readonly present: readonly string[]
      readonly message: string
    }
  | { readonly result: 'refused'; readonly dn?: string; readonly message: string }
  | { readonly result: 'gone'; readonly message: string }

export interface ApplyOptions {
  /** Keeps what takes the fix back. It is waited for before anything is written; it may come twice, the last one counts. */
  readonly keepUndo?: (undo: FixUndo) => Promise<void>
}

type Connection = Pick<DirectoryConnection, 'search' | 'modify' | 'server'>

/**
 * Writes one fix, if the attribute still is as the fix expects it. The controller itself checks that with the write,
 * but for the case of letters, which it does not see: that is looked at right before.
 *
 * Doing it again does no harm: an attribute that is as the fix wants it counts as applied.
 *
 * @throws UnavailableError when the controller does not answer, or holds a copy that cannot be written: whether the
 *   value was written is not known, so do it again
 * @throws what `keepUndo` throws; nothing was written then
 */
export async function applyFix(
  connection: Connection,
  fix: Fix,
  options: ApplyOptions = {}
): Promise<FixResult> {
  try {
    return await lookAndWrite(connection, fix, options)
  } catch (error) {
    // One object that the controller refuses must not hold up all others.
    if (error instanceof RefusedError) return { result: 'refused', message: error.message }
    throw error
  }
}

async function lookAndWrite(connection: Connection, fix: Fix, options: ApplyOptions): Promise<FixResult> {
  const fault = fixFault(fix)
  if (fault !== undefined) return { result: 'refused', message: fault }
  const target = await readTarget(connection, fix)
  if (target === undefined) return gone(fix)
  const objection = targetFault(target)
  if (objection !== undefined) return { result: 'refused', dn: target.dn, message: objection }
  const before = standing(fix, target.values)
  if (before === 'done') return { result: 'applied', dn: target.dn }
  if (before === 'changed') return changed(fix, target)
  return write({ connection, fix, target }, options)
}

interface Attempt {
  readonly connection: Connection
  readonly fix: Fix
  readonly target: Target
}

async function write(attempt: Attempt, { keepUndo }: ApplyOptions): Promise<FixResult> {
  const { connection, fix, target } = attempt
  const ways = [conditional, ...(isNeverAbsent(fix) ? [replacing] : [])]
  for (const [at, way] of ways.entries()) {
    const undo = undoOf(attempt, way(inverse(fix)))
    await keepUndo?.(undo)
    try {
      await connection.modify(guidDn(fix.objectGuid), way(fix))
      return { result: 'applied', dn: target.dn, undo }
    } catch (error) {
      if (isInsistent(error) && at + 1 < ways.length) continue
      return await afterFault(error, attempt, undo)
    }
  }
  throw new Error('there is always one way')
}

/** The accounts database may not let go of the old name even for the length of one modify. */
function isNeverAbsent({ attribute, from, to }: Fix): boolean {
  return attribute.toLowerCase() === 'samaccountname' && from !== null && to !== null
}

function isInsistent(error: unknown): boolean {
  return error instanceof RefusedError && error.resultCode === resultCode.unwillingToPerform
}

/** A refusal may say that somebody else was quicker, which the object tells. */
async function afterFault(
  error: unknown,
  { connection, fix, target }: Attempt,
  undo: FixUndo
): Promise<FixResult> {
  if (error instanceof SetupError && error.code === 'ad-permissions') {
    return { result: 'refused', dn: target.dn, message: missingRight(fix, target) }
  }
  if (isReadOnlyController(error)) {
    const message = `${connection.server} holds a copy of the domain that cannot be written. Another controller is tried.`
    throw new UnavailableError('active-directory', message, { cause: error })
  }
  if (!(error instanceof RefusedError)) throw error
  if (error.resultCode === resultCode.noSuchObject) return gone(fix)
  if (isAboutValues(error)) {
    const now = await readTarget(connection, fix)
    if (now === undefined) return gone(fix)
    const standingNow = standing(fix, now.values)
    // Somebody wrote the same at the same time; the undo is right all the same.
    if (standingNow === 'done') return { result: 'applied', dn: now.dn, undo }
    if (standingNow === 'changed') return changed(fix, now)
  }
  return { result: 'refused', dn: target.dn, message: refusalOf(error, fix, target) }
}

function isAboutValues({ resultCode: code }: RefusedError): boolean {
  return code === valueCode.noSuchAttribute || code === valueCode.attributeOrValueExists
}

function undoOf({ fix, target }: Attempt, changes: readonly AttributeModification[]): FixUndo {
  const { dn } = target
  return { dn, ldif: writeRecord({ dn, changes }, [`objectGUID: ${fix.objectGuid}`]) }
}

function gone({ objectGuid }: Fix): FixResult {
  return {
    result: 'gone',
    message: `The directory has no object ${objectGuid} any more, or the service account may not see it.`
  }
}

function changed({ attribute, from }: Fix, { dn, values }: Target): FixResult {
  const now = values.length === 0 ? 'has no value' : `is ${listed(values)}`
  const expected = from === null ? 'has none' : `is "${from}"`
  const message = `${attribute} of ${dn} ${now} now; the fix was made for one that ${expected}. Look at the new finding, if there is one.`
  return { result: 'changed-meanwhile', dn, present: values, message }
}

const mostListed = 5

function listed(values: readonly string[]): string {
  const first = values.slice(0, mostListed).map(value => `"${value}"`)
  return values.length > mostListed
    ? `${first.join(', ')} and ${values.length - mostListed} more`
    : first.join(', ')
}
