import type { Readable } from 'node:stream'
import { type Static, type TSchema, Type } from 'typebox'

/** A list that is only read. */
export function listOf<Schema extends TSchema>(schema: Schema, options: { description?: string } = {}) {
  return Type.Unsafe<readonly Static<Schema>[]>(Type.Array(schema, options))
}

/** An answer that is sent piece by piece. */
export function streamed(schema: TSchema) {
  return Type.Unsafe<Readable>(schema)
}

export const Guid = (description: string) => Type.String({ format: 'uuid', description })

export const Time = (description: string) => Type.String({ format: 'date-time', description })

/** The values of attributes are text, numbers, truth values, lists of text or records of text. */
export const AttributeValue = (description: string) => Type.Optional(Type.Unknown({ description }))

export const ProblemFound = Type.Object({
  code: Type.String({ description: 'Stable: upn-missing, object-conflict, …' }),
  attribute: Type.Optional(Type.String({ description: 'The attribute that causes it' })),
  message: Type.String({ description: 'What is wrong and what to do' })
})

export const AttributeChange = Type.Object({
  attribute: Type.String({ description: "Graph's name" }),
  before: AttributeValue('Missing or null: it has none'),
  after: AttributeValue('Null: it is cleared. Missing: the object would not be in the tenant')
})

export const FindingFields = Type.Object({
  attribute: Type.String({ description: "In AD's spelling" }),
  code: Type.String({ description: 'Stable, kebab-case' }),
  severity: Type.Union([Type.Literal('error'), Type.Literal('warning')], {
    description: 'error: the tenant would refuse the value'
  }),
  value: Type.String({ description: 'As the directory has it; empty when there is none' }),
  why: Type.String({ description: 'What is wrong' }),
  fix: Type.Optional(
    Type.Object(
      {
        action: Type.String({ description: 'replace, remove-value, clear or add-value' }),
        attribute: Type.String(),
        from: Type.Union([Type.String(), Type.Null()], { description: 'Null: there is none yet' }),
        to: Type.Union([Type.String(), Type.Null()], { description: 'Null: nothing takes its place' }),
        confidence: Type.String({
          description:
            'certain: what people see and type stays the same. guess: a name or an address changes, so look at it first'
        })
      },
      { description: 'One value of one attribute, changed in the directory' }
    )
  )
})
