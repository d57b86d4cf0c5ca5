import { outbound } from '../attribute-flow.ts'
import { text } from '../values.ts'

/** A collection in Graph that holds one value at most; the empty collection clears it. */
export const businessPhones = outbound({
  target: 'businessPhones',
  sources: ['telephoneNumber'],
  flow({ telephoneNumber }) {
    const number = text(telephoneNumber)
    return number === undefined ? [] : [number]
  }
})
