import { commonVariables, integerVariable, POSTGRES_URL, pathVariable, REDIS_URL } from '@opendirsync/runtime'
import { Type } from 'typebox'

export const TransformConfig = Type.Object({
  ...commonVariables,
  POSTGRES_URL,
  REDIS_URL,
  RULES_FILE: Type.Optional(
    pathVariable({
      description: 'A YAML file of own rules (docs/own-rules.md). It is read again when it changes'
    })
  ),
  RULES_APPLY: Type.Union([Type.Literal('review'), Type.Literal('at-once')], {
    default: 'review',
    description:
      'at-once: a changed file of rules is in force as soon as it is valid. review: it waits for a person'
  }),
  TRANSFORM_CONCURRENCY: integerVariable({
    default: 4,
    minimum: 1,
    maximum: 64,
    description: 'Messages that are synchronised at the same time'
  })
})
