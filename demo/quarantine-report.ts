import type { System } from '@opendirsync/testing'

interface QuarantinePage {
  readonly items: readonly {
    readonly dn: string
    readonly problems: readonly { readonly code: string; readonly message: string }[]
  }[]
  readonly next?: string
}

/** What did not arrive, or not as it is in the directory, and why: a line for each object. */
export async function quarantineReport(system: System): Promise<string[]> {
  const lines: string[] = []
  for (let after: string | undefined, more = true; more; ) {
    const query: string = after === undefined ? '' : `&after=${encodeURIComponent(after)}`
    const page = (await system.call('GET', `/v1/quarantine?limit=100${query}`)).body as QuarantinePage
    for (const { dn, problems } of page.items) {
      for (const { code, message } of problems) lines.push(`  ${nameOf(dn)}\n      ${code}: ${message}`)
    }
    after = page.next
    more = after !== undefined
  }
  return lines.sort((a, b) => a.localeCompare(b, 'en'))
}

function nameOf(dn: string): string {
  return (/^(?:[^,\\]|\\.)+/.exec(dn)?.[0] ?? dn).slice(3)
}
