import { driftActions, driftKinds, queues as queueList } from '@opendirsync/contracts'
import { messagesOf, type Queues } from '@opendirsync/queue'
import type { Store } from '@opendirsync/store'
import type { FastifyBaseLogger } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { Limit } from '../paging.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { AttributeValue, Guid, listOf, Time } from '../schema-parts.ts'
import { unlessQueueIsAway } from '../unless-queue-is-away.ts'

const oneOf = <const Words extends readonly string[]>(words: Words, description: string) =>
  Type.Unsafe<Words[number]>(Type.String({ enum: [...words], description }))
const orNull = <Schema extends ReturnType<typeof Type.String>>(schema: Schema) =>
  Type.Union([schema, Type.Null()])

const Kind = oneOf(
  driftKinds,
  'attribute: another value. vanished: the object was deleted. returned: we deleted it, and it was restored. reference-added, reference-removed: a member or a manager'
)
const Action = oneOf(
  driftActions,
  'put-back: it is written again. reported: it stays until somebody decides. held: so much has vanished at once that somebody must decide. contested: it was put back several times in vain. accepted: it may stay until it changes again'
)
const id = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER }

const DriftItem = Type.Object({
  id: Type.Integer(),
  kind: Kind,
  action: Action,
  entryId: Guid('The metaverse entry'),
  objectType: Type.String({ description: 'user or group' }),
  entraId: orNull(Guid('Its id in the tenant')),
  displayName: orNull(Type.String({ description: 'As it should be' })),
  objectGuid: orNull(Guid('The object of the directory, for its journal')),
  attribute: orNull(Type.String({ description: "Graph's name; member or manager. Null: the whole object" })),
  targetEntraId: orNull(Guid('The member or the manager')),
  targetEntryId: orNull(Guid('Its metaverse entry; null: it is no object of ours, and is never touched')),
  expected: AttributeValue('What was written'),
  found: AttributeValue('What the tenant has'),
  since: Time('When it was first seen'),
  seenAt: Time('When it was last seen'),
  decidedBy: orNull(Type.String({ description: 'The API key of who decided' }))
})

const DriftQuery = Type.Object(
  {
    limit: Limit,
    after: Type.Optional(Type.Integer({ ...id, description: 'The next of the page before' })),
    kind: Type.Optional(Kind),
    action: Type.Optional(Action)
  },
  { additionalProperties: false }
)

const Round = Type.Object({
  objectType: Type.String({ description: 'user or group' }),
  full: Type.Boolean({ description: 'Whether the last reading was of everything, not of changes' }),
  running: Type.Boolean({ description: 'It has begun and not ended' }),
  begunAt: Time('When it began'),
  told: Type.Integer({ description: 'Objects that it told of, whoever made them' }),
  completedAt: orNull(Time('When one has last ended')),
  fullCompletedAt: orNull(Time('When one of everything has last ended'))
})

const Count = (description: string) => Type.Integer({ minimum: 0, description })
const Summary = Type.Object({
  rounds: listOf(Round, { description: 'How far the changes of the tenant were read' }),
  open: Type.Object(
    {
      'put-back': Count('Given to the exporter, which has not written it yet'),
      reported: Count('Waits for somebody'),
      held: Count('Has vanished together with many others and waits for somebody'),
      contested: Count('Was put back in vain and waits for somebody'),
      accepted: Count('May stay')
    },
    { description: 'What in the tenant is not as it was written' }
  ),
  suspects: Count('Objects and references that are still to be looked at'),
  putBack: Count('What was put back within the last 24 hours')
})

export interface DriftParts {
  readonly store: Pick<Store, 'drift'>
  readonly queues: Pick<Queues, 'publish' | 'publishAll'>
  readonly log: FastifyBaseLogger
}

/** What in the tenant is not as it was written, and what is to be done about it. */
export function driftRoutes(app: App, parts: DriftParts): void {
  const { drift } = parts.store
  app.get(
    '/drift',
    {
      schema: {
        operationId: 'listDrift',
        tags: ['drift'],
        summary: 'What in the tenant is not as it was written, oldest first',
        querystring: DriftQuery,
        response: {
          200: Type.Object({
            items: listOf(DriftItem),
            next: Type.Optional(
              Type.Integer({ description: 'Where the next page begins. Missing on the last page.' })
            )
          }),
          ...problemResponses(400)
        }
      }
    },
    request => drift.list(request.query)
  )
  app.get(
    '/drift/summary',
    {
      schema: {
        operationId: 'readDriftSummary',
        tags: ['drift'],
        summary: 'How far the tenant was read, and how much in it is not as it was written',
        response: { 200: Summary, ...problemResponses() }
      }
    },
    () => drift.summary()
  )
  decisionRoutes(app, parts)
  vanishedRoute(app, parts)
}

/** What is held of deletes in the tenant is decided as a whole: one by one nobody could. */
function vanishedRoute(app: App, { store, queues, log }: DriftParts): void {
  app.post(
    '/drift/put-back',
    {
      schema: {
        operationId: 'putBackVanished',
        tags: ['drift'],
        summary: 'Have all that is held written again: users and groups that have vanished in great numbers',
        body: Type.Object(
          {
            kind: oneOf(['vanished'], 'What is held'),
            expected: Type.Integer({
              minimum: 1,
              maximum: Number.MAX_SAFE_INTEGER,
              description: 'How many are held, as open.held of the summary says'
            })
          },
          { additionalProperties: false }
        ),
        response: {
          200: Type.Object({
            putBack: Count('Given to the exporter'),
            busy: Count('Still held, because they are just being written')
          }),
          ...problemResponses(400, 409)
        }
      }
    },
    async request => {
      const decision = await store.drift.putBackVanished(request.body.expected, request.caller)
      if (decision.result === 'changed') {
        throw new ProblemError(
          409,
          `${decision.held} are held, not ${request.body.expected}. Look at them with GET /v1/drift?action=held.`,
          { kind: 'drift-changed' }
        )
      }
      const { entryIds, busy } = decision
      request.log.info(
        { putBack: entryIds.length, busy, caller: request.caller },
        'what has vanished is put back'
      )
      const sentence = 'What is to be put back could not be published and is found a little later.'
      await unlessQueueIsAway(log, { facts: { putBack: entryIds.length }, sentence }, () =>
        queues.publishAll(
          queueList.exportPending,
          messagesOf(entryIds, some => ({ entryIds: some })),
          { partition: 'single' }
        )
      )
      return { putBack: entryIds.length, busy }
    }
  )
}

const decisions = [
  ['put-back', 'putBackDrift', 'Have it written again, whatever the policy and however often that was done'],
  ['accept', 'acceptDrift', 'Let it stay until it changes again']
] as const

function decisionRoutes(app: App, parts: DriftParts): void {
  const { drift } = parts.store
  for (const [action, operationId, summary] of decisions) {
    app.post(
      `/drift/:id/${action}`,
      {
        schema: {
          operationId,
          tags: ['drift'],
          summary,
          params: Type.Object({ id: Type.Integer(id) }),
          response: { 200: DriftItem, ...problemResponses(400, 404, 409) }
        }
      },
      async request => {
        const { id: number } = request.params
        const before = await drift.read(number)
        const decision = await (action === 'accept'
          ? drift.accept(number, request.caller)
          : drift.putBack(number, request.caller))
        if (decision.result !== 'done') throw refusal(decision.result, number)
        if (action === 'put-back') await tellExporter(parts, decision.entryId)
        const after = (await drift.read(number)) ?? before
        if (after === undefined) throw refusal('unknown', number)
        return after
      }
    )
  }
}

/** The rows say what is pending: what is not published here, the sweep of the exporter publishes. */
function tellExporter({ queues, log }: DriftParts, entryId: string): Promise<void> {
  const sentence = 'What is to be put back could not be published and is found a little later.'
  return unlessQueueIsAway(log, { facts: { entryId }, sentence }, () =>
    queues.publish(queueList.exportPending, { entryIds: [entryId] }, { partition: 'single' })
  )
}

function refusal(result: 'unknown' | 'not-ours' | 'busy', id: number): ProblemError {
  if (result === 'unknown') {
    return new ProblemError(404, `There is no open drift ${id}. GET /v1/drift lists them.`, {
      kind: 'drift-unknown'
    })
  }
  if (result === 'not-ours') {
    return new ProblemError(
      409,
      'This cannot be put back: it is about an anchor, which is set once, or about an object that is not ours. Change it in the tenant.',
      { kind: 'drift-not-ours' }
    )
  }
  return new ProblemError(409, 'The object is just being written. Try again in some seconds.', {
    kind: 'drift-busy',
    retryAfterSeconds: 5
  })
}
