import type { PendingLink, WriteOutcome } from '@opendirsync/contracts'
import { whyGroupForbidden } from '../objects/tell-apart.ts'
import { settleAll } from '../settle.ts'
import type { LinkContext } from './link-context.ts'
import { linkKey } from './link-key.ts'
import { writeManager } from './manager.ts'
import { writeMembers } from './members.ts'

/**
 * The links of one object are written one after the other, those of different objects side by side: Graph refuses
 * concurrent changes of one group at times, and order matters where a manager is replaced.
 */
export async function writeLinks(
  links: readonly PendingLink[],
  { send, root }: Omit<LinkContext, 'report'>
): Promise<Map<string, WriteOutcome>> {
  const outcomes = new Map<string, WriteOutcome>()
  const context: LinkContext = { send, root, report: (link, outcome) => outcomes.set(linkKey(link), outcome) }
  await settleAll(
    [...bySource(links).values()],
    async ofOne => {
      if (ofOne[0].attribute === 'manager') return writeManager(ofOne, context)
      await writeMembers(ofOne, context)
      await tellApart(ofOne, outcomes, send)
    },
    (ofOne, outcome) => {
      for (const link of ofOne) if (!outcomes.has(linkKey(link))) outcomes.set(linkKey(link), outcome)
    }
  )
  return outcomes
}

/** One look at a group tells why its members may not be changed. */
async function tellApart(
  links: LinksOfOne,
  outcomes: Map<string, WriteOutcome>,
  send: LinkContext['send']
): Promise<void> {
  const forbidden = links.flatMap(link => {
    const outcome = outcomes.get(linkKey(link))
    return outcome?.result === 'refused' && outcome.problem.code === 'permission-missing'
      ? [{ key: linkKey(link), problem: outcome.problem }]
      : []
  })
  const [first] = forbidden
  if (first === undefined) return
  const problem = await whyGroupForbidden(links[0].sourceEntraId, first.problem, send)
  const { attribute } = first.problem
  for (const { key } of forbidden)
    outcomes.set(key, {
      result: 'refused',
      problem: { ...problem, ...(attribute !== undefined && { attribute }) }
    })
}

type LinksOfOne = [PendingLink, ...PendingLink[]]

function bySource(links: readonly PendingLink[]): Map<string, LinksOfOne> {
  const sources = new Map<string, LinksOfOne>()
  for (const link of links) {
    const key = `${link.attribute}/${link.sourceEntraId}`
    const known = sources.get(key)
    if (known === undefined) sources.set(key, [link])
    else known.push(link)
  }
  return sources
}
