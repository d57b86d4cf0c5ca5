import type { Attribute, Content, Element, Namespace, Text, Word } from './model.ts'
import { charactersOf } from './text-content.ts'

/** Of an element or an attribute, without its prefix. */
export function localName({ name }: Element | Attribute): string {
  return textOfWord(name)
}

export function textOfWord(word: Word): string {
  return typeof word === 'string' ? word : word.text
}

/** The elements in an element; those of arrays one by one, as if each had been sent alone. */
export function elementsIn({ children }: Element, name?: string): readonly Element[] {
  return children
    .flatMap(child => elementsOf(child))
    .filter(each => name === undefined || localName(each) === name)
}

/** The first of this name, which may be a path: `Body/Fault/Reason`. */
export function elementAt(element: Element, path: string): Element | undefined {
  let at: Element | undefined = element
  for (const name of path.split('/')) at = at && elementsIn(at, name)[0]
  return at
}

/** All elements of this name, however deep, the element itself among them. */
export function* elementsBelow(element: Element, name: string): Generator<Element> {
  if (localName(element) === name) yield element
  for (const child of elementsIn(element)) yield* elementsBelow(child, name)
}

/** Everything written in an element itself, in characters. */
export function textIn({ children }: Element): string {
  return children.map(child => (child.kind === 'text' ? charactersOf(child.value) : '')).join('')
}

/** The text of the element there; undefined when there is none, or when it says that it has no value (`nil`). */
export function textAt(element: Element, path: string): string | undefined {
  const found = elementAt(element, path)
  return found === undefined || isNil(found) ? undefined : textIn(found)
}

/** The value of an attribute, in characters. */
export function attributeIn({ attributes }: Element, name: string): string | undefined {
  const found = attributes.find(each => each.kind === 'attribute' && localName(each) === name)
  return found?.kind === 'attribute' ? charactersOf(found.value) : undefined
}

/** XML Schema part 1, section 2.6.2. */
export function isNil(element: Element): boolean {
  return ['true', '1'].includes(attributeIn(element, 'nil') ?? '')
}

interface ElementParts {
  readonly prefix?: string
  readonly attributes?: readonly (Attribute | Namespace)[]
}

/** An element with other elements in it, or with one text. */
export function element(
  name: Word,
  content: readonly Content[] | Text,
  { prefix = '', attributes = [] }: ElementParts = {}
): Element {
  const children = 'type' in content ? [{ kind: 'text' as const, value: content }] : content
  return { kind: 'element', prefix, name, attributes, children }
}

export function attribute(prefix: string, name: Word, value: Text): Attribute {
  return { kind: 'attribute', prefix, name, value }
}

export function namespace(prefix: string, uri: Word): Namespace {
  return { kind: 'namespace', prefix, uri }
}

function elementsOf(content: Content): readonly Element[] {
  if (content.kind === 'element') return [content]
  if (content.kind !== 'array') return []
  return content.values.map(value => ({ ...content.element, children: [{ kind: 'text', value }] }))
}
