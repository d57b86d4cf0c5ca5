import type { ConnectorScope, ScopeCondition } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'

type Conditions = NonNullable<ConnectorScope['conditions']>

/**
 * Whether all conditions of at least one list hold for `staged_object s`. Null: that cannot be known, since an
 * attribute was never imported; SQL's logic of three values tells where the others decide all the same.
 */
export function conditionsHold(conditions: Conditions, known: readonly string[]): RawBuilder<unknown> {
  const names = new Set(known.map(name => name.toLowerCase()))
  const lists = conditions.map(list => {
    const each = list.map(condition =>
      names.has(condition.attribute.toLowerCase()) ? conditionHolds(condition) : sql`null::boolean`
    )
    return sql`(${sql.join(each, sql` and `)})`
  })
  return sql`(${sql.join(lists, sql` or `)})`
}

/** Attributes may have several values: one that fits is enough, and `not-equals` wants none. */
function conditionHolds({ attribute, operator, value = '' }: ScopeCondition): RawBuilder<unknown> {
  const values = sql`s.attributes -> ${attribute}::text`
  const wanted = folded(sql`${value}::text`)
  switch (operator) {
    case 'present':
      return sql`(${values} is not null)`
    case 'absent':
      return sql`(${values} is null)`
    case 'equals':
      return someValue(values, sql`${folded(sql`v`)} = ${wanted}`)
    case 'not-equals':
      return sql`not ${someValue(values, sql`${folded(sql`v`)} = ${wanted}`)}`
    case 'starts-with':
      return someValue(values, sql`starts_with(${folded(sql`v`)}, ${wanted})`)
    case 'contains':
      return someValue(values, sql`strpos(${folded(sql`v`)}, ${wanted}) > 0`)
  }
}

function someValue(values: RawBuilder<unknown>, fits: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`exists (select from jsonb_array_elements_text(${values}) v where ${fits})`
}

/** Lower case by Unicode's rules, whatever the locale that the database was made with. */
export function folded(text: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`lower(${text} collate "pg_c_utf8")`
}
