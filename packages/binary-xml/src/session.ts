import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import type { DictionaryWord, Element } from './model.ts'
import { type ReadLimits, readRest } from './read.ts'
import { writeElement } from './write.ts'

/** WCF's own limit of what the words of one session may take. */
const usualSessionBytes = 2_048

/** The reading side of a conversation that teaches words as it goes (MC-NBFSE). */
export interface SessionReader {
  /** One document, with the words before it. @throws BinaryXmlError */
  read(bytes: Buffer): Element
}

/** @param sessionBytes how much the words of the session may take in all */
export function sessionReader(limits: ReadLimits = {}, sessionBytes = usualSessionBytes): SessionReader {
  const words: DictionaryWord[] = []
  let bytesLeft = sessionBytes
  return {
    read(bytes) {
      const reader = new ByteReader(bytes)
      const size = reader.multiByteInt31()
      bytesLeft -= size
      if (bytesLeft < 0) throw reader.error('The session has more words than allowed')
      const table = new ByteReader(reader.take(size))
      while (table.left > 0) words.push({ id: words.length * 2 + 1, text: table.string() })
      return readRest(reader, id => words[(id - 1) / 2], limits)
    }
  }
}

/** The writing side. */
export interface SessionWriter {
  /** The word for this text. The other side learns it with the next document. */
  word(text: string): DictionaryWord
  /** @throws RangeError for a value that its record cannot carry */
  write(root: Element): Buffer
}

export function sessionWriter(): SessionWriter {
  const words = new Map<string, DictionaryWord>()
  let untold: string[] = []
  return {
    word(text) {
      const known = words.get(text)
      if (known !== undefined) return known
      const word = { id: words.size * 2 + 1, text }
      words.set(text, word)
      untold.push(text)
      return word
    },
    write(root) {
      const table = new ByteWriter()
      for (const text of untold) table.string(text)
      untold = []
      const writer = new ByteWriter()
      writer.multiByteInt31(table.written.length)
      writer.bytes(table.written)
      writeElement(writer, root)
      return writer.written
    }
  }
}
