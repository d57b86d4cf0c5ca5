import { elementsIn, textOfWord } from './element.ts'
import type { Attribute, Content, Element, Namespace } from './model.ts'
import { charactersOf } from './text-content.ts'

/** The same document as text, for people and tests. It shows everything, secrets too. */
export function toXml(element: Element): string {
  const name = qualified(element.prefix, textOfWord(element.name))
  const attributes = element.attributes.map(each => ` ${attributeText(each)}`).join('')
  return `<${name}${attributes}>${element.children.map(contentText).join('')}</${name}>`
}

function contentText(content: Content): string {
  switch (content.kind) {
    case 'element':
      return toXml(content)
    case 'array':
      return elementsIn({ ...content.element, children: [content] })
        .map(toXml)
        .join('')
    case 'comment':
      return `<!--${content.text}-->`
    case 'text':
      return escaped(charactersOf(content.value))
  }
}

function attributeText(attribute: Attribute | Namespace): string {
  if (attribute.kind === 'attribute')
    return `${qualified(attribute.prefix, textOfWord(attribute.name))}="${escaped(charactersOf(attribute.value))}"`
  const name = attribute.prefix === '' ? 'xmlns' : `xmlns:${attribute.prefix}`
  return `${name}="${escaped(textOfWord(attribute.uri))}"`
}

function qualified(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}:${name}`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, character => entities[character] ?? character)
}
