import { waitFor } from '@opendirsync/testing'
import { patience, type View } from './view.ts'

interface QuarantinedItem {
  readonly dn: string
  readonly problems: readonly { readonly code: string; readonly attribute?: string }[]
}

/** What `GET /v1/quarantine` says of an object: `duplicate-value mail`. Empty when it is not there. */
export async function quarantined(view: View, dn: string): Promise<string[]> {
  const found: QuarantinedItem[] = []
  let after: string | undefined
  do {
    const query = after === undefined ? '' : `&after=${encodeURIComponent(after)}`
    const { status, body } = await view.call('GET', `/v1/quarantine?limit=200${query}`)
    if (status !== 200) throw new Error(`GET /v1/quarantine answered ${status}`)
    const page = body as { items: QuarantinedItem[]; next?: string }
    found.push(...page.items)
    after = page.next
  } while (after !== undefined)
  return found
    .filter(item => item.dn.toLowerCase() === dn.toLowerCase())
    .flatMap(({ problems }) => problems)
    .map(({ code, attribute }) => [code, attribute].filter(part => part !== undefined).join(' '))
}

export async function untilQuarantined(view: View, dn: string, ...problems: string[]): Promise<void> {
  await waitFor(
    async () => {
      const found = await quarantined(view, dn)
      if (found.join() === problems.join()) return true
      throw new Error(found.join() || 'nothing')
    },
    { ...patience, describe: `the quarantine to say of ${dn}: ${problems.join() || 'nothing'}` }
  )
}
