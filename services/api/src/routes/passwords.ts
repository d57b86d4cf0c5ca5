import { type PersonPassword, passwordStates, type Store } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { AfterObject, Limit, Next } from '../paging.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { Guid, listOf, Time } from '../schema-parts.ts'

const orNull = <Schema extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(
  schema: Schema
) => Type.Union([schema, Type.Null()])

const State = Type.Unsafe<(typeof passwordStates)[number]>(
  Type.String({
    enum: [...passwordStates],
    description:
      'sent: the tenant has the newest password. pending, retry: it is sent now, or once more later. staging: when staging mode ends. refused: the tenant does not take it. not-exported: as soon as the person is in the tenant. The others say why it is not sent'
  })
)

const Fault = Type.Union([
  Type.Object({ code: Type.String(), message: Type.String({ description: 'What is wrong' }) }),
  Type.Null()
])

const Password = Type.Object({
  connector: Type.String(),
  objectGuid: Guid('The object of the directory'),
  dn: Type.String(),
  state: State,
  since: Time('Since when it is in this state'),
  passwordSetAt: orNull(Time('pwdLastSet; null: it must be changed at the next logon')),
  version: orNull(
    Type.Integer({ description: 'How often the newest password was set; null: there is none' })
  ),
  versionAt: orNull(Time('When that was')),
  sentVersion: orNull(Type.Integer({ description: 'The one that the tenant has' })),
  sentVersionAt: orNull(Time('When that was set')),
  sentAt: orNull(Time('When the tenant has taken it')),
  attempts: Type.Integer({ description: 'Tries in vain since' }),
  problem: Fault,
  retriesAt: orNull(Time('When it is read and sent again by itself; null: when something changes'))
})

const Position = Type.Object({
  connector: Type.String(),
  namingContext: Type.String(),
  server: orNull(Type.String({ description: 'The domain controller that told last' })),
  hasBegun: Type.Boolean({ description: 'False: everything is to be read' }),
  advancedAt: orNull(Time('When something was last read')),
  passedAt: orNull(Time('When all that there was had been read')),
  newestChangeAt: orNull(Time('When the newest password was set that was read')),
  newestChangeAgeSeconds: orNull(Type.Integer({ description: 'How long ago that is' })),
  heartbeatAt: orNull(Time('When the tenant last said that it takes password hashes')),
  features: Type.Union([
    Type.Object({
      passwordHashSync: Type.Boolean(),
      forcePasswordChange: Type.Boolean({
        description: 'People can be made to change it at the next sign-in'
      }),
      cloudPasswordPolicy: Type.Boolean({ description: 'Passwords expire as the tenant says, not never' })
    }),
    Type.Null()
  ]),
  problem: Fault,
  problemSince: orNull(Time('Since when there is that problem'))
})

const PasswordQuery = Type.Object(
  {
    limit: Limit,
    after: AfterObject,
    state: Type.Optional(State),
    connector: Type.Optional(Type.String({ maxLength: 255 }))
  },
  { additionalProperties: false }
)

const Resync = Type.Union([
  Type.Object({ all: Type.Literal(true) }, { additionalProperties: false }),
  Type.Object(
    { objectGuids: Type.Array(Guid('An object of the directory'), { minItems: 1, maxItems: 300 }) },
    { additionalProperties: false }
  )
])

interface Parts {
  readonly store: Pick<Store, 'passwords'>
}

/** Which password of whom the tenant has. No hash is anywhere but in the service that sends them. */
export function passwordRoutes(app: App, { store }: Parts): void {
  const { passwords } = store
  app.get(
    '/passwords',
    {
      schema: {
        operationId: 'listPasswords',
        tags: ['passwords'],
        summary: 'Whose password the tenant has, and why it does not have that of the others',
        querystring: PasswordQuery,
        response: { 200: Type.Object({ items: listOf(Password), next: Next }), ...problemResponses(400) }
      }
    },
    async request => {
      const { items, ...rest } = await passwords.list(request.query)
      return { items: items.map(itemOf), ...rest }
    }
  )
  summaryRoute(app, { store })
  app.get(
    '/objects/:objectGuid/password',
    {
      schema: {
        operationId: 'readPassword',
        tags: ['passwords'],
        summary: 'What became of the password of one person',
        params: Type.Object({ objectGuid: Type.String({ format: 'uuid' }) }),
        response: { 200: Password, ...problemResponses(400, 404) }
      }
    },
    async request => {
      const { objectGuid } = request.params
      const [found] = await passwords.read(objectGuid)
      if (found !== undefined) return itemOf(found)
      throw new ProblemError(
        404,
        `Nothing is known of a password of ${objectGuid}. It is no person, or password-sync has not read it yet.`,
        { kind: 'password-unknown' }
      )
    }
  )
  resyncRoute(app, { store })
}

function summaryRoute(app: App, { store }: Parts): void {
  app.get(
    '/passwords/summary',
    {
      schema: {
        operationId: 'countPasswords',
        tags: ['passwords'],
        summary: 'How many passwords are in which state, and how far they were read',
        response: {
          200: Type.Object({
            states: listOf(Type.Object({ state: State, people: Type.Integer() })),
            positions: listOf(Position, { description: 'Empty: no password has ever been read' })
          }),
          ...problemResponses()
        }
      }
    },
    async () => {
      const { states, positions } = await store.passwords.summary()
      const now = Date.now()
      return {
        states,
        positions: positions.map(position => ({
          ...position,
          advancedAt: textOf(position.advancedAt),
          passedAt: textOf(position.passedAt),
          newestChangeAt: textOf(position.newestChangeAt),
          newestChangeAgeSeconds:
            position.newestChangeAt === null
              ? null
              : Math.max(0, Math.round((now - position.newestChangeAt.getTime()) / 1_000)),
          heartbeatAt: textOf(position.heartbeatAt),
          problemSince: textOf(position.problemSince)
        }))
      }
    }
  )
}

function resyncRoute(app: App, { store }: Parts): void {
  app.post(
    '/passwords/resync',
    {
      schema: {
        operationId: 'resyncPasswords',
        tags: ['passwords'],
        summary:
          'Has passwords read and sent again, whatever the tenant has: all of them, or those of some objects',
        body: Resync,
        response: {
          202: Type.Object({ people: Type.Integer({ description: 'Of so many people' }) }),
          ...problemResponses(400, 404)
        }
      }
    },
    async (request, reply) => {
      const { body } = request
      const people = await store.passwords.resync(body)
      if (people === 0 && 'objectGuids' in body) {
        throw new ProblemError(
          404,
          'Nothing is known of a password of these. GET /v1/passwords lists them.',
          {
            kind: 'password-unknown'
          }
        )
      }
      request.log.info({ people, caller: request.caller }, 'passwords are to be sent again')
      return reply.code(202).send({ people })
    }
  )
}

function itemOf(password: PersonPassword) {
  return {
    ...password,
    since: password.since.toISOString(),
    passwordSetAt: textOf(password.passwordSetAt),
    versionAt: textOf(password.versionAt),
    sentVersionAt: textOf(password.sentVersionAt),
    sentAt: textOf(password.sentAt),
    retriesAt: textOf(password.retriesAt)
  }
}

function textOf(time: Date | null): string | null {
  return time === null ? null : time.toISOString()
}
