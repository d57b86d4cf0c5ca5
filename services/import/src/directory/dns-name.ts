/** `DC=corp,DC=example,DC=com` is the domain corp.example.com (RFC 2247). */
export function dnsNameOf(namingContext: string): string {
  return namingContext
    .split(',')
    .flatMap(part => (/^dc=/i.test(part) ? [part.slice(3).toLowerCase()] : []))
    .join('.')
}
