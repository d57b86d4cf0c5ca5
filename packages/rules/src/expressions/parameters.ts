import { dnsDomainOf } from '../distinguished-name.ts'
import type { Context } from './compile.ts'
import { UnusableExpressionError } from './fault.ts'
import type { Compiled } from './function.ts'
import type { ParameterNode } from './syntax.ts'
import { fromSource, isList, toText } from './values.ts'

/** What Entra Connect's Active Directory connector offers between percent signs, as far as an object's name tells it. */
export function parameterNamed(
  { name, offset }: ParameterNode,
  context: Context
): Pick<Compiled, 'kind' | 'run'> {
  const ofDomain = known.get(name.toLowerCase())
  if (ofDomain === undefined) throw new UnusableExpressionError(offset, unknown(name))
  const source = context.attribute('dn', offset)
  return {
    kind: 'text',
    run(read) {
      const dn = fromSource(source, read(source))
      return ofDomain(isList(dn) ? '' : toText(dn)) || null
    }
  }
}

const known = new Map<string, (dn: string) => string>([
  ['domain.fqdn', dnsDomainOf],
  [
    'domain.ldap',
    dn =>
      dnsDomainOf(dn)
        .split('.')
        .filter(label => label !== '')
        .map(label => `DC=${label}`)
        .join(',')
  ]
])

function unknown(name: string): string {
  return /^(domain|forest|connector)\./i.test(name)
    ? `%${name}% is not known from the object alone: write the value as a text, or use %Domain.FQDN%.`
    : `%${name}% is not known: there are %Domain.FQDN% and %Domain.LDAP%.`
}
