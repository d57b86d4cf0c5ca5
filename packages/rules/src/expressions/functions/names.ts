import { define, type ExpressionFunction } from '../function.ts'

const name = { name: 'dn', kind: 'text' } as const
const number = { name: 'number', kind: 'number' } as const

export const nameFunctions: readonly ExpressionFunction[] = [
  define({
    name: 'DNComponent',
    parameters: [name, number],
    returns: 'text',
    description:
      'The value of a part of a distinguished name, counted from the left and from 1; escapes stay.',
    page: 'Entra Connect',
    apply: (dn, position) => textOf(componentsOf(dn)[Number(position) - 1])
  }),
  define({
    name: 'DNComponentRev',
    parameters: [name, number, { name: 'options', kind: 'word', words: ['DC'], optional: true }],
    returns: 'text',
    description: 'The same, counted from the right; with "DC" the parts of the domain do not count.',
    page: 'Entra Connect',
    apply: (dn, position, options) => {
      const components = componentsOf(dn).filter(part => options === undefined || !/^dc=/i.test(part))
      return textOf(components.toReversed()[Number(position) - 1])
    }
  }),
  define({
    name: 'EscapeDNComponent',
    parameters: [{ name: 'text', kind: 'text' }],
    returns: 'text',
    description: 'A text as it stands in a distinguished name: commas and their like behind a backslash.',
    page: 'Entra Connect',
    apply: text =>
      text
        .replace(/[,+"\\<>;]/g, sign => `\\${sign}`)
        .replace(/^(\w+=)?([ #])/, '$1\\$2')
        .replace(/ $/, '\\ ')
  })
]

/** `cn=Joe`, `ou=US`, …: divided at commas that no backslash escapes (RFC 4514 section 2.4). */
function componentsOf(dn: string): string[] {
  const parts: string[] = []
  let start = 0
  for (let index = 0; index < dn.length; index += 1) {
    if (dn[index] === '\\') index += 1
    else if (dn[index] === ',') {
      parts.push(dn.slice(start, index))
      start = index + 1
    }
  }
  return [...parts, dn.slice(start)].map(part => part.trim()).filter(part => part !== '')
}

function textOf(component: string | undefined): string | null {
  return component === undefined ? null : component.slice(component.indexOf('=') + 1)
}
