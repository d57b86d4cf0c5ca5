import { type RuleSet, ruleSetOf } from '@opendirsync/rules'
import type { RulesInForce } from '@opendirsync/store'
import type { App } from '../../app-type.ts'
import { clientGone } from '../../client-gone.ts'
import { ProblemError, problemResponses } from '../../problem.ts'
import { compileKept, compileProposed } from '../../rules/compile-text.ts'
import { newAttributes } from '../../rules/new-attributes.ts'
import { previewRules } from '../../rules/preview-rules.ts'
import { rulesBodyLimit, rulesChoiceBody, rulesChoiceOf } from '../../rules/rules-body.ts'
import type { RulesStore } from './rules.ts'
import { Preview } from './rules-schema.ts'
import { versionNumbered } from './versions.ts'

/** What other rules would do to everything that is known. */
export function rulesPreviewRoutes(app: App, { store }: { store: RulesStore }): void {
  let isRunning = false
  app.post(
    '/rules/preview',
    {
      bodyLimit: rulesBodyLimit,
      schema: {
        operationId: 'previewRules',
        tags: ['rules'],
        summary: 'What other rules would change, in counts and samples; nothing is kept',
        description:
          'Goes through all known objects. Who would newly be joined to whom is decided only when the rules are in force. One at a time.',
        body: rulesChoiceBody,
        response: { 200: Preview, ...problemResponses(400, 404, 409, 413, 415) }
      }
    },
    async (request, reply) => {
      const choice = rulesChoiceOf(request.body)
      const inForce = await store.rules.inForce()
      const after = await chosenRules(store, choice, inForce)
      if (isRunning) {
        throw new ProblemError(
          409,
          'Another preview goes through all objects at this moment. Wait for its end, then ask again.',
          { kind: 'preview-running', retryAfterSeconds: 10 }
        )
      }
      isRunning = true
      try {
        const before = ruleSetOf(inForce)
        const preview = await previewRules(store, { before, after }, clientGone(reply))
        return { revision: inForce.revision, ...preview, newAttributes: await newAttributes(store, after) }
      } finally {
        isRunning = false
      }
    }
  )
}

/**
 * @throws ProblemError 400 when the text is faulty, 404 when there is no such version, 409 when that cannot be used
 */
async function chosenRules(
  store: Pick<RulesStore, 'rules'>,
  choice: ReturnType<typeof rulesChoiceOf>,
  { sourceAnchor }: RulesInForce
): Promise<RuleSet> {
  if ('text' in choice) return compileProposed({ text: choice.text, sourceAnchor })
  if (choice.version === null) return ruleSetOf({ text: undefined, sourceAnchor })
  const { version, text } = await versionNumbered(store, choice.version)
  return compileKept({ text, sourceAnchor }, version)
}
