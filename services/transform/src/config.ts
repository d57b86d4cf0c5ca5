import { commonVariables, integerVariable, POSTGRES_URL, REDIS_URL } from '@opendirsync/runtime'
import { Type } from 'typebox'

export const TransformConfig = Type.Object({
  ...commonVariables,
  POSTGRES_URL,
  REDIS_URL,
  TRANSFORM_CONCURRENCY: integerVariable({
    default: 4,
    minimum: 1,
    maximum: 64,
    description: 'Messages that are synchronised at the same time'
  })
})
