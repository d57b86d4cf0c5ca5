/** The most specific classes of the objects that a scope is about. */
export const scopedClasses: readonly string[] = ['user', 'inetOrgPerson', 'group', 'contact']

/** Classes whose objects may be chosen as containers, and count as new ones when they are created. */
export const containerClasses: readonly string[] = [
  'organizationalUnit',
  'container',
  'domainDNS',
  'builtinDomain'
]
