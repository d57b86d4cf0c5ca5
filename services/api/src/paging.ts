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

const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const description = 'The next of the page before'

/** In a list of objects: `<objectGUID>|<connector>`. */
export const AfterObject = Type.Optional(Type.String({ pattern: `^${uuid}\\|.{1,255}$`, description }))

/** In a list of runs, newest first: `<time>|<id>`. */
export const BeforeRun = Type.Optional(Type.String({ pattern: `^[0-9TZ:.-]+\\|${uuid}$`, description }))
