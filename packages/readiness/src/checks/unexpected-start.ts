import type { CheckFacts, ValueCheck } from '../check.ts'

type Kind = Pick<CheckFacts, 'attributes' | 'objectTypes'> & { readonly name: string }

/** Names of guests have `#EXT#` in them, those of system accounts begin with `$`; scripts and tools take `#` for a comment. */
export function unexpectedStart({ attributes, objectTypes, name }: Kind): ValueCheck {
  return {
    code: 'unexpected-start',
    attributes,
    objectTypes,
    severity: 'warning',
    idfix: 'Character',
    confidence: 'guess',
    why: `${name} begins with a sign, as "#", "$" or "-". Tools take it for a comment, a variable or an option, or refuse it. Begin with a letter or digit.`,
    mends: 'without the signs at the beginning',
    test: value => !/^[\p{L}\p{N}_.@\s]/u.test(value),
    mend: value => {
      const plain = value.replace(/^[^\p{L}\p{N}_.@]+/u, '')
      return plain.startsWith('@') ? undefined : plain
    },
    blame: value => value.match(/^./su) ?? []
  }
}
