import { Type } from 'typebox'

export const Limit = Type.Integer({
  minimum: 1,
  maximum: 200,
  default: 50,
  description: 'The most entries of one page'
})

export const Next = Type.Optional(
  Type.String({ description: 'Where the next page begins. Missing on the last page.' })
)
