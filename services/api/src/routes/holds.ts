import { HoldKind, HoldState, queues as queueList } from '@opendirsync/contracts'
import { messagesOf, type Queues } from '@opendirsync/queue'
import { type HoldChoice, HoldsChangedError, type Store } from '@opendirsync/store'
import { type Static, Type } from 'typebox'
import type { App } from '../app-type.ts'
import { Limit, Next } from '../paging.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { unlessQueueIsAway } from '../unless-queue-is-away.ts'
import { Decision, Hold, HoldWave, Postponed, WaveId } from './hold-schema.ts'

interface Parts {
  readonly store: Pick<Store, 'holds'>
  readonly queues: Queues
}

/** 10,000 ids that were chosen one by one. */
const bodyLimit = 256 * 1024

/** Deletes, and removals of members, that wait for a person. */
export function holdRoutes(app: App, parts: Parts): void {
  listRoutes(app, parts)
  app.post(
    '/holds/decide',
    {
      bodyLimit,
      schema: {
        operationId: 'decideHolds',
        tags: ['holds'],
        summary: 'Approve or refuse what is held: some, one wave, or all',
        description:
          'All that are named are decided, or none. What is approved is written at once, and counts for nothing. What is refused stays in the tenant until the directory changes, and can be approved later.',
        body: Decision,
        response: {
          200: Type.Object({ decided: Type.Integer({ description: 'How many' }) }),
          ...problemResponses(400, 409, 413)
        }
      }
    },
    async request => {
      const { decision, comment } = request.body
      const { decided, entryIds } = await orConflict(() =>
        parts.store.holds.decide({
          choice: choiceOf(request.body),
          decision,
          by: request.caller,
          ...(comment !== undefined && { comment })
        })
      )
      request.log.info({ decision, decided, caller: request.caller }, 'holds were decided')
      const sentence = 'What was approved could not be published and is found a little later.'
      await unlessQueueIsAway(request.log, { facts: { decided }, sentence }, () =>
        parts.queues.publishAll(
          queueList.exportPending,
          messagesOf(entryIds, some => ({ entryIds: some })),
          { partition: 'urgent' }
        )
      )
      return { decided }
    }
  )
}

function listRoutes(app: App, { store }: Pick<Parts, 'store'>): void {
  app.get(
    '/holds',
    {
      schema: {
        operationId: 'listHolds',
        tags: ['holds'],
        summary: 'Deletes, and removals of members, that did not pass the gate, with names and reasons',
        querystring: Type.Object(
          {
            state: Type.Optional(HoldState),
            kind: Type.Optional(HoldKind),
            wave: Type.Optional(WaveId),
            limit: Limit,
            after: Type.Optional(Type.Integer({ minimum: 1, description: 'The next of the page before' }))
          },
          { additionalProperties: false }
        ),
        response: {
          200: Type.Object({
            items: Type.Array(Hold),
            next: Type.Optional(
              Type.Integer({ description: 'Where the next page begins. Missing on the last page.' })
            )
          }),
          ...problemResponses(400)
        }
      }
    },
    request => store.holds.list(request.query)
  )
  app.get(
    '/holds/waves',
    {
      schema: {
        operationId: 'listHoldWaves',
        tags: ['holds'],
        summary: 'What is held or refused, by reason, the largest first',
        response: { 200: Type.Object({ waves: Type.Array(HoldWave) }), ...problemResponses() }
      }
    },
    async () => {
      const waves = await store.holds.waves()
      return { waves: waves.map(wave => ({ ...wave, examples: [...wave.examples] })) }
    }
  )
  app.get(
    '/holds/postponed',
    {
      schema: {
        operationId: 'listPostponedDeletes',
        tags: ['holds'],
        summary: 'Deletes that wait for their day, by DELETE_AFTER_DAYS',
        querystring: Type.Object(
          {
            limit: Limit,
            after: Type.Optional(Type.String({ format: 'uuid', description: 'The next of the page before' }))
          },
          { additionalProperties: false }
        ),
        response: { 200: Type.Object({ items: Type.Array(Postponed), next: Next }), ...problemResponses(400) }
      }
    },
    request => store.holds.postponed(request.query)
  )
}

/** @throws ProblemError 400 when it is not known which are meant */
function choiceOf({ ids, wave, all, expected, state }: Static<typeof Decision>): HoldChoice {
  const named = [ids, wave, all].filter(each => each !== undefined)
  if (named.length !== 1) throw unclear('Say which holds are meant: one of ids, wave and all.')
  if (ids !== undefined) {
    if (expected === undefined && state === undefined) return { ids }
    throw unclear('expected and state go with wave and all. Ids that were chosen one by one are counted.')
  }
  if (expected === undefined) {
    throw unclear('Say with expected how many you have seen, so that nobody decides more than was seen.')
  }
  const seen = { expected, ...(state !== undefined && { state }) }
  return wave === undefined ? { all: true, ...seen } : { wave, ...seen }
}

function unclear(detail: string): ProblemError {
  return new ProblemError(400, detail, { kind: 'invalid-request' })
}

/** @throws ProblemError 409 when there are more or fewer than were seen */
async function orConflict<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof HoldsChangedError)) throw error
    throw new ProblemError(409, error.message, { kind: 'holds-changed' })
  }
}
