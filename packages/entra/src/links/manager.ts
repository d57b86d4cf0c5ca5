import type { PendingLink } from '@opendirsync/contracts'
import { verdictOf } from '../errors.ts'
import { textIn } from '../transport/graph-request.ts'
import type { LinkContext } from './link-context.ts'
import { linkOutcome, written } from './link-outcome.ts'

/**
 * A user has one manager, so setting the new one removes the old one. A removal alone is sent only while the tenant
 * still names that manager: otherwise it would take away a newer one.
 */
export async function writeManager(links: readonly PendingLink[], context: LinkContext): Promise<void> {
  const added = links.filter(({ operation }) => operation === 'add')
  const removed = links.filter(({ operation }) => operation === 'remove')
  let replaced = false
  for (const link of added) {
    const outcome = linkOutcome(link, verdictOf(await context.send(setManager(link, context.root))))
    replaced ||= outcome.result === 'written'
    context.report(link, outcome)
  }
  for (const link of removed) {
    if (replaced) context.report(link, written('remove'))
    else await removeManager(link, context)
  }
}

async function removeManager(link: PendingLink, { send, report }: LinkContext): Promise<void> {
  const present = await send({ method: 'GET', url: `/users/${link.sourceEntraId}/manager?$select=id` })
  const verdict = verdictOf(present)
  if (verdict.kind !== 'done') return report(link, linkOutcome(link, verdict))
  if (textIn(present.body, 'id') !== link.targetEntraId) return report(link, written('remove'))

  const removal = await send({ method: 'DELETE', url: `/users/${link.sourceEntraId}/manager/$ref` })
  report(link, linkOutcome(link, verdictOf(removal)))
}

function setManager({ sourceEntraId, targetEntraId }: PendingLink, root: string) {
  return {
    method: 'PUT',
    url: `/users/${sourceEntraId}/manager/$ref`,
    body: { '@odata.id': `${root}/users/${targetEntraId}` }
  } as const
}
