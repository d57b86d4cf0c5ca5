import type { PendingLink, WriteOutcome } from '@opendirsync/contracts'
import { later, type Verdict, verdictOf } from '../errors.ts'
import type { LinkContext } from './link-context.ts'
import { linkOutcome } from './link-outcome.ts'

/** Graph takes 20 in one PATCH and is said to count three as one write, so that 18 cost as little as any number does. */
const membersPerRequest = 18

/**
 * Removals one by one (Graph has no other way), additions 18 at a time. A bound addition is all or nothing, so when one
 * is refused for what a single member may cause, its members are added one by one.
 */
export async function writeMembers(links: readonly PendingLink[], context: LinkContext): Promise<void> {
  for (const link of links.filter(({ operation }) => operation === 'remove')) {
    const url = `/groups/${link.sourceEntraId}/members/${link.targetEntraId}/$ref`
    const answer = await context.send({ method: 'DELETE', url })
    context.report(link, linkOutcome(link, verdictOf(answer)))
  }

  const added = links.filter(({ operation }) => operation === 'add')
  for (let from = 0; from < added.length; from += membersPerRequest) {
    const outcomes = await addMembers(added.slice(from, from + membersPerRequest), context)
    // Nobody could be added: the trouble is with the service, or with the group, and the rest would meet it too.
    const trouble = outcomes.find(outcome => outcome.result === 'later')
    if (trouble?.result !== 'later' || outcomes.some(({ result }) => result === 'written')) continue
    // That a member is missing is known of these members only; the next ones have their own try.
    if (trouble.cause === 'missing' && (await isThere(added[from], context))) continue
    const rest = later(
      trouble.reason,
      trouble.retryAfterMs,
      trouble.cause === 'throttled' ? 'throttled' : undefined
    )
    for (const link of added.slice(from + membersPerRequest)) context.report(link, rest)
    return
  }
}

async function isThere(link: PendingLink | undefined, { send }: LinkContext): Promise<boolean> {
  const answer = await send({ method: 'GET', url: `/groups/${link?.sourceEntraId}?$select=id` })
  return verdictOf(answer).kind === 'done'
}

async function addMembers(links: readonly PendingLink[], context: LinkContext): Promise<WriteOutcome[]> {
  const verdict = links.length > 1 ? await bindMembers(links, context) : undefined
  const outcomes: WriteOutcome[] = []
  for (const link of links) {
    const own = verdict === undefined || isAboutOneMember(verdict) ? await addMember(link, context) : verdict
    const outcome = linkOutcome(link, own)
    context.report(link, outcome)
    outcomes.push(outcome)
  }
  return outcomes
}

async function bindMembers(links: readonly PendingLink[], context: LinkContext): Promise<Verdict> {
  const url = `/groups/${links[0]?.sourceEntraId}`
  const body = { 'members@odata.bind': links.map(link => reference(link, context)) }
  return verdictOf(await context.send({ method: 'PATCH', url, body }))
}

async function addMember(link: PendingLink, { send, root }: LinkContext): Promise<Verdict> {
  const url = `/groups/${link.sourceEntraId}/members/$ref`
  return verdictOf(await send({ method: 'POST', url, body: { '@odata.id': reference(link, { root }) } }))
}

/** Throttling and trouble of the server are about the request; every refusal may be about one of its members. */
function isAboutOneMember({ kind }: Verdict): boolean {
  return kind !== 'done' && kind !== 'later'
}

function reference({ targetEntraId }: PendingLink, { root }: Pick<LinkContext, 'root'>): string {
  return `${root}/directoryObjects/${targetEntraId}`
}
