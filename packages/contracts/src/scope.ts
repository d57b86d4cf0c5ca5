import { type Static, Type } from 'typebox'
import type { ObjectGuid } from './directory.ts'

const reference = (description: string) =>
  Type.String({
    minLength: 1,
    maxLength: 2_048,
    description: `${description}: a distinguished name or an objectGUID`
  })

export const ScopeCondition = Type.Object(
  {
    attribute: Type.String({
      pattern: '^[A-Za-z][A-Za-z0-9-]{0,255}$',
      description: "Its name in AD's schema"
    }),
    operator: Type.Union([
      Type.Literal('equals'),
      Type.Literal('not-equals'),
      Type.Literal('starts-with'),
      Type.Literal('contains'),
      Type.Literal('present'),
      Type.Literal('absent')
    ]),
    value: Type.Optional(
      Type.String({
        maxLength: 1_024,
        description: 'Compared without regard to case; not for present and absent'
      })
    )
  },
  { $id: 'ScopeCondition', additionalProperties: false }
)
export type ScopeCondition = Static<typeof ScopeCondition>

/**
 * Which objects of a connector are synchronised: those that every part which is given lets in. Without any part
 * everything is in scope. Containers and groups are chosen by name and kept by objectGUID: renaming or moving one
 * changes nothing.
 */
export const ScopeInput = Type.Object(
  {
    containers: Type.Optional(
      Type.Object(
        {
          include: Type.Optional(
            Type.Array(reference('A container whose subtree is in'), { maxItems: 1_000, uniqueItems: true })
          ),
          exclude: Type.Optional(
            Type.Array(reference('A container whose subtree is out'), { maxItems: 1_000, uniqueItems: true })
          ),
          newContainers: Type.Optional(
            Type.Union([Type.Literal('in'), Type.Literal('out')], {
              default: 'in',
              description: 'Whether containers that are created later belong to the subtree that they are in'
            })
          )
        },
        {
          additionalProperties: false,
          description:
            'The nearest chosen container above an object decides. With include, what is below none is out.'
        }
      )
    ),
    groups: Type.Optional(
      Type.Array(reference('A group; it and all of its members, nested ones too, are in'), {
        minItems: 1,
        maxItems: 100,
        uniqueItems: true
      })
    ),
    conditions: Type.Optional(
      Type.Array(Type.Array(ScopeCondition, { minItems: 1, maxItems: 50 }), {
        minItems: 1,
        maxItems: 50,
        description: 'Lists of conditions: an object is in when all conditions of at least one list hold'
      })
    )
  },
  { $id: 'ScopeInput', additionalProperties: false }
)
export type ScopeInput = Static<typeof ScopeInput>

/** A container or a group as it was found: kept by GUID, with the name that it had then, for people. */
export interface ScopeReference {
  readonly objectGuid: ObjectGuid
  readonly dn: string
}

/** A scope whose references were resolved. */
export interface ConnectorScope {
  readonly containers?: {
    readonly include: readonly ScopeReference[]
    readonly exclude: readonly ScopeReference[]
    readonly newContainers: 'in' | 'out'
  }
  readonly groups?: readonly ScopeReference[]
  readonly conditions?: readonly (readonly ScopeCondition[])[]
}

/** Which part of the scope keeps an object out; the first of these that does. */
export const scopeParts = ['container', 'group', 'condition'] as const
export type ScopePart = (typeof scopeParts)[number]
