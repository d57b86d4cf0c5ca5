import { type ExportStateCode, exportStateCodes, exportStateOf, type Problem } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { QuarantinedObject, Store } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { AfterObject, Limit, Next } from '../paging.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { publishReopened } from '../publish-reopened.ts'

const InTheWay = Type.Object({
  type: Type.String({ description: 'As Graph spells it: User, Group, Contact' }),
  entraId: Type.String({ description: 'The id in the tenant' }),
  connector: Type.Optional(Type.String({ description: 'Where it is made from an object of a directory' })),
  objectGuid: Type.Optional(Type.String({ format: 'uuid' })),
  dn: Type.Optional(Type.String())
})

const Severity = Type.Union([Type.Literal('critical'), Type.Literal('error'), Type.Literal('warning')])

const Reason = Type.Object({
  code: Type.String({ description: 'Stable: upn-missing, object-conflict, …' }),
  title: Type.Optional(Type.String({ description: 'A few words, where the tenant has refused something' })),
  severity: Type.Optional(Severity),
  attribute: Type.Optional(Type.String({ description: 'The attribute that causes it' })),
  message: Type.String({ description: 'What is wrong and what to do' }),
  conflictsWith: Type.Optional(
    Type.Array(InTheWay, { description: 'What stands in the way in the tenant, where it is known' })
  ),
  since: Type.String({ format: 'date-time' }),
  retriesAt: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'When it is tried again by itself; missing: when the data change'
    })
  )
})

const Item = Type.Object({
  entryId: Type.Optional(Type.String({ format: 'uuid', description: 'The metaverse entry' })),
  connector: Type.String(),
  objectGuid: Type.String({ format: 'uuid' }),
  dn: Type.String(),
  objectType: Type.String(),
  problems: Type.Array(Reason),
  since: Type.String({ format: 'date-time' })
})

const Count = Type.Object({
  code: Type.String(),
  title: Type.Optional(Type.String()),
  severity: Type.Optional(Severity),
  objects: Type.Integer()
})

const Retried = Type.Object({ objects: Type.Integer({ description: 'So many are tried again now' }) })

interface Parts {
  readonly store: Pick<Store, 'quarantine'>
  readonly queues: Queues
}

export function quarantineRoutes(app: App, { store, queues }: Parts): void {
  app.get(
    '/quarantine',
    {
      schema: {
        operationId: 'listQuarantine',
        tags: ['objects'],
        summary: 'What did not arrive in the tenant, and why',
        querystring: Type.Object(
          {
            limit: Limit,
            after: AfterObject,
            code: Type.Optional(
              Type.String({ maxLength: 100, description: 'Only objects with a problem of this code' })
            ),
            connector: Type.Optional(Type.String({ maxLength: 255 }))
          },
          { additionalProperties: false }
        ),
        response: { 200: Type.Object({ items: Type.Array(Item), next: Next }), ...problemResponses(400) }
      }
    },
    async request => {
      const { items, ...rest } = await store.quarantine.list(request.query)
      return { items: items.map(itemOf), ...rest }
    }
  )

  app.get(
    '/quarantine/summary',
    {
      schema: {
        operationId: 'countQuarantine',
        tags: ['objects'],
        summary: 'How many objects did not arrive, by reason',
        response: { 200: Type.Object({ codes: Type.Array(Count) }), ...problemResponses() }
      }
    },
    async () => {
      const codes = await store.quarantine.summary()
      return { codes: codes.map(({ code, objects }) => ({ code, ...wordsOf(code), objects })) }
    }
  )

  retryRoutes(app, { store, queues })
}

function retryRoutes(app: App, { store, queues }: Parts): void {
  app.post(
    '/quarantine/retry',
    {
      schema: {
        operationId: 'retryQuarantine',
        tags: ['objects'],
        summary: 'Tries all writes again that the tenant has refused for one reason',
        body: Type.Object(
          { code: Type.Union(exportStateCodes.map(code => Type.Literal<ExportStateCode>(code))) },
          { additionalProperties: false }
        ),
        response: { 202: Retried, ...problemResponses(400) }
      }
    },
    async (request, reply) => {
      const entryIds = await store.quarantine.retry({ code: request.body.code })
      await publishReopened(queues, entryIds, request.log)
      return reply.code(202).send({ objects: entryIds.length })
    }
  )

  app.post(
    '/quarantine/:objectGuid/retry',
    {
      schema: {
        operationId: 'retryQuarantinedObject',
        tags: ['objects'],
        summary: 'Tries again what the tenant has refused of one object',
        params: Type.Object({ objectGuid: Type.String({ format: 'uuid' }) }),
        response: { 202: Retried, ...problemResponses(400, 404, 409) }
      }
    },
    async (request, reply) => {
      const { objectGuid } = request.params
      const entryIds = await store.quarantine.retry({ objectGuid })
      if (entryIds.length === 0) throw await nothingToRetry(store, objectGuid)
      await publishReopened(queues, entryIds, request.log)
      return reply.code(202).send({ objects: entryIds.length })
    }
  )
}

async function nothingToRetry({ quarantine }: Parts['store'], objectGuid: string): Promise<ProblemError> {
  if (await quarantine.has(objectGuid)) {
    return new ProblemError(
      409,
      'The tenant has refused nothing of this object. Its problems end when the data of the directory change.',
      { kind: 'nothing-refused' }
    )
  }
  return new ProblemError(404, `No object ${objectGuid} is in quarantine.`, { kind: 'not-quarantined' })
}

function itemOf({ problems, ...item }: QuarantinedObject) {
  return {
    ...item,
    problems: problems.map(({ conflictsWith, ...problem }) => ({
      ...problem,
      ...wordsOf(problem.code),
      ...(conflictsWith !== undefined && { conflictsWith: [...conflictsWith] })
    }))
  }
}

function wordsOf(code: Problem['code']) {
  const state = exportStateOf(code)
  return state === undefined ? {} : { title: state.title, severity: state.severity }
}
