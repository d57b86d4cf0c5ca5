import { ruleBook } from '@opendirsync/rules'
import { Type } from 'typebox'
import type { App } from '../../app-type.ts'
import { etagOf } from '../../if-match.ts'
import { problemResponses } from '../../problem.ts'
import { rowOf } from '../../rules/rules-table.ts'
import { listOf } from '../../schema-parts.ts'
import type { RulesStore } from './rules.ts'
import { RuleRow } from './rules-schema.ts'

/** The rules in force as a table. */
export function flowRoutes(app: App, { store }: { store: RulesStore }): void {
  const book = ruleBook(store.rules)
  app.get(
    '/rules/flows',
    {
      schema: {
        operationId: 'listFlows',
        tags: ['rules'],
        summary: 'The rules in force, own and default ones, with their flows, in order of precedence',
        response: {
          200: Type.Object({ revision: Type.Integer(), rules: listOf(RuleRow) }),
          ...problemResponses()
        }
      }
    },
    async (_request, reply) => {
      const { revision, rules } = await book.current()
      reply.header('etag', etagOf(revision))
      return { revision, rules: rules.rules.map(rowOf) }
    }
  )
}
