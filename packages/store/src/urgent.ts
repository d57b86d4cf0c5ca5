import { sql } from 'kysely'
import type { ExportDecision } from './desire-objects.ts'

/** Somebody who is in the tenant is to lose access to it: such changes are written before all others. */
export function isUrgent(decision: ExportDecision): boolean {
  const { before } = decision
  if (before === null || before.objectType !== 'user' || before.entraState !== 'present') return false
  if (!decision.present) return before.present
  return decision.attributes.accountEnabled === false && before.attributes.accountEnabled !== false
}

/** The same of rows: `export_object o` with its `export_state s`, beside `exportIsPending`. */
export const exportIsUrgent = sql`(o.object_type = 'user' and s.entra_state = 'present' and (not o.desired_present
  or (o.desired ->> 'accountEnabled' = 'false' and s.exported ->> 'accountEnabled' is distinct from 'false')))`
