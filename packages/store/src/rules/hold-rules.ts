import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, rows } from '../database.ts'

/** Any fixed number: shared by synchronisations, held alone by whoever puts other rules in force. */
export const rulesLock = 4_711_004

/** Other rules have been put in force. The caller reads them and does its work again. */
export class RulesChangedError extends Error {
  override readonly name = 'RulesChangedError'
}

/**
 * Until the end of the transaction no other rules are put in force.
 *
 * @throws RulesChangedError when others than these are already
 */
export async function holdRules(trx: DatabaseTransaction, revision: number): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${rulesLock})`.execute(trx)
  if ((await readRevision(trx)) !== revision) throw new RulesChangedError('Other rules are in force.')
}

export async function readRevision(database: Database): Promise<number> {
  const [row] = await rows(sql<{ revision: number }>`select revision from rules_in_force`, database)
  if (row === undefined) throw new Error('the database has no row of the rules in force')
  return row.revision
}
