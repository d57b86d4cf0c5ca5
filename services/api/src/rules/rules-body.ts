import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { App } from '../app-type.ts'
import { ProblemError } from '../problem.ts'

/** A text of 1 MiB, as JSON writes it. */
export const rulesBodyLimit = 4 * 1024 * 1024

const yamlTypes = ['application/yaml', 'application/x-yaml', 'text/yaml'] as const

const RulesText = Type.Object(
  { text: Type.String({ description: 'The whole file of own rules: YAML, 1 MiB at the most' }) },
  { additionalProperties: false }
)

const RulesVersionNumber = Type.Object(
  {
    version: Type.Union([Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), Type.Null()], {
      description: 'A version that is kept; null: the default rules alone'
    })
  },
  { additionalProperties: false }
)

const asYaml = Object.fromEntries(
  yamlTypes.map(type => [type, { schema: Type.String({ description: 'The file itself' }) }])
)

/** For the description of routes that take a text of rules. */
export const rulesTextBody = { content: { 'application/json': { schema: RulesText }, ...asYaml } }

/** For those that take a version in its place, too. */
export const rulesChoiceBody = {
  content: { 'application/json': { schema: Type.Union([RulesText, RulesVersionNumber]) }, ...asYaml }
}

/** Lets the routes of `app` take a file of rules as it is. */
export function takeYaml(app: App): void {
  // As text it would pass for YAML, and for JSON that no schema has seen.
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser([...yamlTypes], { parseAs: 'string' }, (_request, text, done) => done(null, text))
}

/** @throws ProblemError 415 when it is neither JSON nor YAML */
export function rulesTextOf(body: unknown): string {
  const choice = rulesChoiceOf(body)
  if ('text' in choice) return choice.text
  throw new TypeError('a body that has passed the schema has a text')
}

/** @throws ProblemError 415 when it is neither JSON nor YAML */
export function rulesChoiceOf(body: unknown): Static<typeof RulesText> | Static<typeof RulesVersionNumber> {
  if (typeof body === 'string') return { text: body }
  if (Value.Check(RulesText, body) || Value.Check(RulesVersionNumber, body)) return body
  throw new ProblemError(
    415,
    'Send the file of rules as application/yaml, or as application/json {"text": "…"}.',
    { kind: 'content-type' }
  )
}
