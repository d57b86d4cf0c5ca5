/**
 * An XML document as its records carry it (MC-NBFX). Nothing is converted on the way: a number that was sent as a
 * number is one here, and a text that looks like a number stays a text.
 */
export interface Element {
  readonly kind: 'element'
  /** Empty: none. */
  readonly prefix: string
  readonly name: Word
  /** In the order of the records; declarations of namespaces are among them. */
  readonly attributes: readonly (Attribute | Namespace)[]
  readonly children: readonly Content[]
}

export interface Attribute {
  readonly kind: 'attribute'
  readonly prefix: string
  readonly name: Word
  readonly value: Text
}

export interface Namespace {
  readonly kind: 'namespace'
  /** Empty: the default namespace. */
  readonly prefix: string
  readonly uri: Word
}

export type Content = Element | ElementArray | TextNode | Comment

/** The same element again and again, with one value in each (MC-NBFX section 2.2.4). */
export interface ElementArray {
  readonly kind: 'array'
  /** Without children. */
  readonly element: Element
  /** All of one type, and of those that `ArrayType` names. */
  readonly values: readonly Text[]
}

export interface TextNode {
  readonly kind: 'text'
  readonly value: Text
}

export interface Comment {
  readonly kind: 'comment'
  readonly text: string
}

/** Plain text, or one of a dictionary. */
export type Word = string | DictionaryWord

export interface DictionaryWord {
  /** Even: of the static dictionary (MC-NBFS). Odd: of the session (MC-NBFSE). */
  readonly id: number
  readonly text: string
}

/** What stands in an element or an attribute (MC-NBFX section 2.2.3). The length decides which of the 8, 16 and 32 bit forms is written. */
export type Text =
  | { readonly type: 'zero' | 'one' | 'false' | 'true' | 'empty' }
  | { readonly type: 'int8' | 'int16' | 'int32' | 'float' | 'double'; readonly value: number }
  /** `timeSpan`: in units of 100 ns. */
  | { readonly type: 'int64' | 'uint64' | 'timeSpan'; readonly value: bigint }
  | { readonly type: 'decimal'; readonly value: Decimal }
  | { readonly type: 'dateTime'; readonly value: DateTime }
  | { readonly type: 'chars'; readonly value: string }
  /** Bytes are ASCII, and are widened while they are written: so a secret never becomes a string. A reader gives a string. */
  | { readonly type: 'unicode'; readonly value: string | Buffer }
  | { readonly type: 'bytes'; readonly value: Buffer }
  | { readonly type: 'list'; readonly items: readonly Text[] }
  | { readonly type: 'word'; readonly value: DictionaryWord }
  /** Both are written as `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` here, in lower case. */
  | { readonly type: 'uniqueId' | 'uuid'; readonly value: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  /** The prefix is one letter. */
  | { readonly type: 'qname'; readonly prefix: string; readonly name: DictionaryWord }

/** `coefficient / 10 ** scale`. */
export interface Decimal {
  readonly isNegative: boolean
  /** 0 to 28. */
  readonly scale: number
  /** Up to 96 bits. */
  readonly coefficient: bigint
}

export interface DateTime {
  /** Units of 100 ns since the beginning of the year 1. */
  readonly ticks: bigint
  /** `local`: the instant is in UTC, and was a local time where it was written. */
  readonly zone: 'unspecified' | 'utc' | 'local'
}

/** The only texts that an array may hold. */
export type ArrayType =
  | 'boolean'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float'
  | 'double'
  | 'decimal'
  | 'dateTime'
  | 'timeSpan'
  | 'uuid'
