import type { ByteReader } from './byte-reader.ts'
import type { DictionaryWord } from './model.ts'
import { staticWord } from './static-dictionary.ts'

/** The word with this odd id, of those that the session has sent; undefined when there is none. */
export type SessionWords = (id: number) => DictionaryWord | undefined

/** A document outside of a session has none. */
export const noSession: SessionWords = () => undefined

/** Takes the id of a word. @throws BinaryXmlError when nobody knows it */
export function readWord(reader: ByteReader, session: SessionWords): DictionaryWord {
  const id = reader.multiByteInt31()
  const known = id % 2 === 0 ? staticWord(id) : session(id)
  if (known === undefined) throw reader.error(`No dictionary has the text number ${id}`)
  return known
}
