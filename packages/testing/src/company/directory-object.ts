export type ObjectKind = 'organizationalUnit' | 'user' | 'group' | 'contact' | 'computer'

/** One object to be, with names relative to the domain: `CN=Ada Byron,OU=IT,OU=Porto,OU=Aldermoor`. */
export interface DirectoryObject {
  readonly kind: ObjectKind
  readonly dn: string
  /** Attributes in AD's spelling, references aside. */
  readonly attributes: Readonly<Record<string, string | readonly string[]>>
  /** Relative DN. */
  readonly manager?: string
  /** Relative DNs, users and groups. */
  readonly members?: readonly string[]
  /** What is wrong with it on purpose. */
  readonly dirt?: string
}

export const rootOu = 'OU=Aldermoor'

/** A relative DN below `parent`; the value is escaped as RFC 4514 section 2.4 demands. */
export function rdn(type: 'CN' | 'OU', value: string, parent: string): string {
  const escaped = value.replace(/[\\,+"<>;=]/g, '\\$&').replace(/^[# ]| $/g, '\\$&')
  return `${type}=${escaped},${parent}`
}
