import { STATUS_CODES } from 'node:http'
import type { FastifyReply } from 'fastify'
import { type Static, Type } from 'typebox'

/** An error as RFC 9457 has it. */
export const Problem = Type.Object(
  {
    type: Type.String({
      description: 'What kind of problem this is; stable. about:blank says no more than the status.'
    }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What is wrong and what to do' }),
    instance: Type.String({ description: 'The request, as the log names it' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({ description: 'Which part of the request' }),
          detail: Type.String(),
          line: Type.Optional(Type.Integer({ description: 'In a text of rules, from 1' })),
          column: Type.Optional(Type.Integer({ description: 'In a text of rules, from 1' })),
          path: Type.Optional(
            Type.String({ description: 'In a text of rules: rules[0].flows[2].expression' })
          )
        })
      )
    )
  },
  {
    $id: 'Problem',
    examples: [
      {
        type: 'urn:opendirsync:problem:connector-unknown',
        title: 'Bad Request',
        status: 400,
        detail: 'No connector is called example.org. Known are: corp.example.com.',
        instance: 'urn:opendirsync:request:req-7'
      }
    ]
  }
)
export type Problem = Static<typeof Problem>

export interface ProblemOptions {
  /** Kebab-case; ends the problem's type. */
  readonly kind?: string
  readonly errors?: Problem['errors']
  readonly retryAfterSeconds?: number
}

/** Thrown by a route; becomes the answer. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly status: number
  readonly options: ProblemOptions

  constructor(status: number, detail: string, options: ProblemOptions = {}) {
    super(detail)
    this.status = status
    this.options = options
  }
}

export function sendProblem(reply: FastifyReply, { status, message, options }: ProblemError): FastifyReply {
  const { kind, errors, retryAfterSeconds } = options
  const problem: Problem = {
    type: kind === undefined ? 'about:blank' : `urn:opendirsync:problem:${kind}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    instance: `urn:opendirsync:request:${reply.request.id}`,
    ...(errors === undefined ? {} : { errors })
  }
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
  // As text, so that no response schema is looked for.
  return reply.code(status).type('application/problem+json').send(JSON.stringify(problem))
}

const meanings: Readonly<Record<number, string>> = {
  400: 'The request is not as it should be',
  401: 'No key, or one that is not known',
  404: 'There is no such thing',
  409: 'It cannot be done as things are',
  412: 'It has changed since it was read',
  428: 'If-Match is missing',
  429: 'Too many failed authentications',
  500: 'A fault of this service',
  503: 'A system that is needed does not answer'
}

/** The problems that a route may answer with, for its description. */
export function problemResponses(...statuses: number[]): Record<number, object> {
  return Object.fromEntries(
    [...statuses, 401, 429, 500, 503].map(status => [
      status,
      {
        description: meanings[status] ?? STATUS_CODES[status],
        content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } }
      }
    ])
  )
}
