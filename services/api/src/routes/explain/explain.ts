import { type RuleSet, ruleBook, ruleSetOf } from '@opendirsync/rules'
import type { Store } from '@opendirsync/store'
import { type Static, Type } from 'typebox'
import type { App } from '../../app-type.ts'
import { type EntryExplained, type ExplainRules, explainEntry } from '../../explain/explain-entry.ts'
import { findEntries } from '../../explain/find-entries.ts'
import { ProblemError, problemResponses } from '../../problem.ts'
import { compileKept, compileProposed } from '../../rules/compile-text.ts'
import { rulesBodyLimit, rulesChoiceBody, rulesChoiceOf } from '../../rules/rules-body.ts'
import { versionNumbered } from '../rules/versions.ts'
import { Explanations } from './explain-schema.ts'

type Parts = Pick<Store, 'rules' | 'objects' | 'readiness' | 'journal' | 'quarantine'>

const ObjectParams = Type.Object({
  name: Type.String({
    minLength: 1,
    maxLength: 2_048,
    description:
      'objectGUID, distinguished name, userPrincipalName or immutableId (source anchor), URL-encoded'
  })
})

const ExplainQuery = Type.Object(
  {
    rules: Type.Optional(
      Type.String({
        pattern: '^(in-force|default|version:[1-9][0-9]{0,8})$',
        description: 'in-force (without it), default: the default rules alone, or version:3'
      })
    )
  },
  { additionalProperties: false }
)

/** Why one object is as it is, and as it would be. */
export function explainRoutes(app: App, { store }: { store: Parts }): void {
  const book = ruleBook(store.rules)
  const explained = async (name: string, other: RuleSet | undefined) => {
    const { revision, rules: inForce } = await book.current()
    return answerFor(store, { name, revision, rules: { inForce, ...(other && { other }) } })
  }

  app.get(
    '/objects/:name/explain',
    {
      schema: {
        operationId: 'explainObject',
        tags: ['objects'],
        summary:
          'Why an object is as it is: joins, scope, each attribute, findings, what is still to be written',
        description: 'Worked out anew by the code that synchronises, writing nothing.',
        params: ObjectParams,
        querystring: ExplainQuery,
        response: { 200: Explanations, ...problemResponses(400, 404, 409) }
      }
    },
    async request => explained(request.params.name, await rulesNamed(store, request.query.rules))
  )
  app.post(
    '/objects/:name/preview',
    {
      bodyLimit: rulesBodyLimit,
      schema: {
        operationId: 'previewObject',
        tags: ['objects'],
        summary: 'What an object would be under other rules, and what that would change; nothing is kept',
        params: ObjectParams,
        body: rulesChoiceBody,
        response: { 200: Explanations, ...problemResponses(400, 404, 409, 413, 415) }
      }
    },
    async request => {
      const { name } = request.params
      const choice = rulesChoiceOf(request.body)
      if ('version' in choice) {
        return explained(
          name,
          await rulesNamed(store, choice.version === null ? 'default' : `version:${choice.version}`)
        )
      }
      const { sourceAnchor } = await store.rules.inForce()
      return explained(name, compileProposed({ text: choice.text, sourceAnchor }))
    }
  )
}

interface Question {
  readonly name: string
  readonly revision: number
  readonly rules: ExplainRules
}

/** @throws ProblemError 404 */
async function answerFor(
  store: Parts,
  { name, revision, rules }: Question
): Promise<Static<typeof Explanations>> {
  const entries = await findEntries(store, name)
  if (entries.length === 0) {
    throw new ProblemError(
      404,
      `Nothing that lives is called ${name}. It was looked for as objectGUID, distinguished name, userPrincipalName and immutableId. If it is new, an import has to see it first.`,
      { kind: 'object-unknown' }
    )
  }
  const found = []
  for (const entry of entries) found.push(asAnswer(await explainEntry(store, entry, rules)))
  return { revision, found }
}

function asAnswer({ journal, ...explained }: EntryExplained): Static<typeof Explanations>['found'][number] {
  return {
    ...explained,
    journal: journal.map(({ at, step, runId, detail }) => ({
      at: at.toISOString(),
      step,
      ...(runId !== null && { runId }),
      detail
    }))
  }
}

/** @throws ProblemError 404 when there is no such version, 409 when it cannot be used */
async function rulesNamed({ rules }: Pick<Parts, 'rules'>, name = 'in-force'): Promise<RuleSet | undefined> {
  if (name === 'in-force') return undefined
  const { sourceAnchor } = await rules.inForce()
  if (name === 'default') return ruleSetOf({ text: undefined, sourceAnchor })
  const { version, text } = await versionNumbered({ rules }, Number(name.slice('version:'.length)))
  return compileKept({ text, sourceAnchor }, version)
}
