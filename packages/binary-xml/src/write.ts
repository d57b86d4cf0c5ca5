import { ByteWriter } from './byte-writer.ts'
import { textOfWord } from './element.ts'
import type { Attribute, Content, Element, ElementArray, Namespace, Word } from './model.ts'
import { arrayRecordOf } from './read-text.ts'
import { letters, record } from './records.ts'
import { writeText, writeTextValue } from './write-text.ts'

/**
 * The bytes of a document. Texts are written as the records that they are given as; nothing is guessed from what they
 * look like. Whoever writes secrets overwrites the bytes after use: there is no other copy.
 * @throws RangeError for a value that its record cannot carry
 */
export function writeDocument(root: Element): Buffer {
  const writer = new ByteWriter()
  writeElement(writer, root)
  return writer.written
}

/** The same, behind what has been written. */
export function writeElement(writer: ByteWriter, element: Element): void {
  writeStart(writer, element)
  for (const [position, child] of element.children.entries()) {
    const isLast = position === element.children.length - 1
    if (child.kind === 'text' && isLast) {
      writeText(writer, child.value, 1)
      return
    }
    writeContent(writer, child)
  }
  writer.byte(record.endElement)
}

function writeContent(writer: ByteWriter, content: Content): void {
  switch (content.kind) {
    case 'element':
      writeElement(writer, content)
      break
    case 'array':
      writeArray(writer, content)
      break
    case 'text':
      writeText(writer, content.value, 0)
      break
    case 'comment':
      writer.byte(record.comment)
      writer.string(content.text)
  }
}

function writeArray(writer: ByteWriter, { element, values }: ElementArray): void {
  const [first] = values
  const recordByte = first === undefined ? undefined : arrayRecordOf(first.type)
  if (recordByte === undefined || values.some(({ type }) => type !== first?.type))
    throw new RangeError('An array holds at least one value, and values of one type of fixed size.')
  if (element.children.length > 0) throw new RangeError('The element of an array has no children of its own.')
  writer.byte(record.array)
  writeStart(writer, element)
  writer.byte(record.endElement)
  writer.byte(recordByte)
  writer.multiByteInt31(values.length)
  for (const value of values) writeTextValue(writer, value)
}

function writeStart(writer: ByteWriter, element: Element): void {
  writeName(writer, element, elementForms)
  for (const attribute of element.attributes) writeAttribute(writer, attribute)
}

function writeAttribute(writer: ByteWriter, attribute: Attribute | Namespace): void {
  if (attribute.kind === 'attribute') {
    writeName(writer, attribute, attributeForms)
    writeText(writer, attribute.value, 0)
    return
  }
  const { prefix, uri } = attribute
  const base = typeof uri === 'string' ? record.shortNamespace : record.shortWordNamespace
  writer.byte(prefix === '' ? base : base + 1)
  if (prefix !== '') writer.string(prefix)
  writeWord(writer, uri)
}

interface NameForms {
  /** Without a prefix; the one with any prefix is one more. */
  readonly plain: number
  readonly word: number
  readonly letterPlain: number
  readonly letterWord: number
}

const elementForms: NameForms = {
  plain: record.shortElement,
  word: record.shortWordElement,
  letterPlain: record.letterElement,
  letterWord: record.letterWordElement
}

const attributeForms: NameForms = {
  plain: record.shortAttribute,
  word: record.shortWordAttribute,
  letterPlain: record.letterAttribute,
  letterWord: record.letterWordAttribute
}

function writeName(writer: ByteWriter, { prefix, name }: Element | Attribute, forms: NameForms): void {
  const isPlain = typeof name === 'string'
  if (textOfWord(name) === '') throw new RangeError('A name cannot be empty.')
  const letter = prefix.length === 1 ? letters.indexOf(prefix) : -1
  if (letter !== -1) {
    writer.byte((isPlain ? forms.letterPlain : forms.letterWord) + letter)
  } else {
    writer.byte((isPlain ? forms.plain : forms.word) + (prefix === '' ? 0 : 1))
    if (prefix !== '') writer.string(prefix)
  }
  writeWord(writer, name)
}

function writeWord(writer: ByteWriter, value: Word): void {
  if (typeof value === 'string') writer.string(value)
  else writer.multiByteInt31(value.id)
}
