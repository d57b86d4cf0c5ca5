import { ByteReader } from './byte-reader.ts'
import { noSession, readWord, type SessionWords } from './dictionary.ts'
import { textOfWord } from './element.ts'
import type { Attribute, Content, Element, Namespace, Text, Word } from './model.ts'
import { readArrayValues, readText, unknownRecord } from './read-text.ts'
import { firstTextRecord, letters, record } from './records.ts'

export interface ReadLimits {
  /** How deep elements may lie in one another; 64 without it. */
  readonly depth?: number
  /** How many elements, attributes, texts and comments there may be; 500,000 without it. */
  readonly nodes?: number
  /** 64 MiB without it. */
  readonly bytes?: number
}

/**
 * The one element of a document outside of a session, such as the body of an `application/soap+msbin1` message.
 * Comments before and after it are passed over.
 * @throws BinaryXmlError when the bytes are not such a document, or more than the limits allow
 */
export function readDocument(bytes: Buffer, limits: ReadLimits = {}): Element {
  return new DocumentReader(new ByteReader(bytes), noSession, limits).document()
}

/** The same, for bytes of which the front has been read. */
export function readRest(reader: ByteReader, session: SessionWords, limits: ReadLimits): Element {
  return new DocumentReader(reader, session, limits).document()
}

interface Name {
  readonly prefix: string
  readonly name: Word
}

class DocumentReader {
  readonly #reader: ByteReader
  readonly #session: SessionWords
  readonly #depth: number
  #nodesLeft: number

  constructor(reader: ByteReader, session: SessionWords, limits: ReadLimits) {
    this.#reader = reader
    this.#session = session
    this.#depth = limits.depth ?? 64
    this.#nodesLeft = limits.nodes ?? 500_000
    if (reader.left > (limits.bytes ?? 64 * 2 ** 20))
      throw reader.error('The document has more bytes than allowed')
  }

  document(): Element {
    let root: Element | undefined
    while (root === undefined || this.#reader.left > 0) {
      const recordByte = this.#reader.byte()
      if (recordByte === record.comment) this.#comment()
      else if (root === undefined && isElement(recordByte)) root = this.#element(recordByte, 1)
      else throw unknownRecord(this.#reader, recordByte)
    }
    return root
  }

  #element(recordByte: number, depth: number): Element {
    const { start, next } = this.#start(recordByte, depth)
    const children: Content[] = []
    let at = next
    while (at !== record.endElement) {
      if (at >= firstTextRecord) {
        const { text, endsElement } = this.#text(at)
        children.push({ kind: 'text', value: text })
        if (endsElement) break
      } else if (at === record.comment) {
        children.push(this.#comment())
      } else if (at === record.array) {
        children.push(this.#array(depth + 1))
      } else if (isElement(at)) {
        children.push(this.#element(at, depth + 1))
      } else {
        throw unknownRecord(this.#reader, at)
      }
      at = this.#reader.byte()
    }
    return { ...start, children }
  }

  /** An element with its attributes, and the first byte of what comes after them. */
  #start(recordByte: number, depth: number): { readonly start: Element; readonly next: number } {
    if (depth > this.#depth) throw this.#reader.error('Elements lie deeper in one another than allowed')
    this.#count()
    const name = this.#name(elementForm(recordByte))
    const attributes: (Attribute | Namespace)[] = []
    let next = this.#reader.byte()
    for (; next >= record.shortAttribute && next < record.shortElement; next = this.#reader.byte())
      attributes.push(this.#attribute(next))
    return { start: { kind: 'element', ...name, attributes, children: [] }, next }
  }

  #attribute(recordByte: number): Attribute | Namespace {
    this.#count()
    if (recordByte >= record.shortNamespace && recordByte <= record.wordNamespace) {
      const prefix = recordByte % 2 === 1 ? this.#reader.string() : ''
      const uri = recordByte < record.shortWordNamespace ? this.#reader.string() : this.#word()
      return { kind: 'namespace', prefix, uri }
    }
    const name = this.#name(attributeForm(recordByte))
    const valueRecord = this.#reader.byte()
    if (valueRecord < firstTextRecord) throw unknownRecord(this.#reader, valueRecord)
    const { text, endsElement } = this.#text(valueRecord)
    if (endsElement) throw this.#reader.error('An attribute cannot end its element')
    return { kind: 'attribute', ...name, value: text }
  }

  #array(depth: number): Content {
    const recordByte = this.#reader.byte()
    if (!isElement(recordByte)) throw unknownRecord(this.#reader, recordByte)
    const { start, next } = this.#start(recordByte, depth)
    if (next !== record.endElement) throw unknownRecord(this.#reader, next)
    const values = readArrayValues(this.#reader)
    this.#count(values.length)
    return { kind: 'array', element: start, values }
  }

  #comment(): Content {
    this.#count()
    return { kind: 'comment', text: this.#reader.string() }
  }

  #text(recordByte: number): { readonly text: Text; readonly endsElement: boolean } {
    this.#count()
    return readText(this.#reader, recordByte, this.#session, () => this.#count())
  }

  #name({ prefix, isWord }: NameForm): Name {
    const given = prefix ?? this.#reader.string()
    const name = isWord ? this.#word() : this.#reader.string()
    if (textOfWord(name) === '') throw this.#reader.error('A name is empty')
    return { prefix: given, name }
  }

  #word(): Word {
    return readWord(this.#reader, this.#session)
  }

  #count(nodes = 1): void {
    this.#nodesLeft -= nodes
    if (this.#nodesLeft < 0) throw this.#reader.error('The document has more nodes than allowed')
  }
}

interface NameForm {
  /** Undefined: it follows as a string. */
  readonly prefix: string | undefined
  readonly isWord: boolean
}

function isElement(recordByte: number): boolean {
  return recordByte >= record.shortElement && recordByte < record.letterElement + letters.length
}

function elementForm(recordByte: number): NameForm {
  if (recordByte >= record.letterElement)
    return { prefix: letters.charAt(recordByte - record.letterElement), isWord: false }
  if (recordByte >= record.letterWordElement)
    return { prefix: letters.charAt(recordByte - record.letterWordElement), isWord: true }
  const isWord = recordByte === record.shortWordElement || recordByte === record.wordElement
  const isShort = recordByte === record.shortElement || recordByte === record.shortWordElement
  return { prefix: isShort ? '' : undefined, isWord }
}

function attributeForm(recordByte: number): NameForm {
  if (recordByte >= record.letterAttribute)
    return { prefix: letters.charAt(recordByte - record.letterAttribute), isWord: false }
  if (recordByte >= record.letterWordAttribute)
    return { prefix: letters.charAt(recordByte - record.letterWordAttribute), isWord: true }
  const isWord = recordByte === record.shortWordAttribute || recordByte === record.wordAttribute
  const isShort = recordByte === record.shortAttribute || recordByte === record.shortWordAttribute
  return { prefix: isShort ? '' : undefined, isWord }
}
