import type { SourceAnchorChoice } from '@opendirsync/contracts'
import type { Logger } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import type { DirectoryImporter, Source } from './importer.ts'
import type { OpenedSource } from './open-source.ts'

export interface SourceAnchorParts {
  readonly connector: string
  readonly store: Pick<Store, 'rules'>
  readonly rules: DirectoryImporter['rules']
  readonly log: Logger
}

const guidBytes = 16
/** Who writes ms-DS-ConsistencyGuid writes it to everybody; so many show what is in it. */
const examined = 1_000

/**
 * Chooses, before anything was synchronised, where objects get their source anchor from, once and for the whole tenant.
 * Own rules may say it themselves; that stands, too, when they do not say it any more.
 */
export async function settleSourceAnchor(
  { connector, store, rules, log }: SourceAnchorParts,
  open: () => Promise<OpenedSource>
): Promise<void> {
  if ((await store.rules.inForce()).sourceAnchor !== undefined) return
  const said = (await rules()).rules.settings.sourceAnchor
  if (said !== undefined) {
    await store.rules.chooseSourceAnchor(said)
    return
  }
  await using source = await open()
  const { choice, reason } = await chooseSourceAnchor(source)
  const settled = await store.rules.chooseSourceAnchor(choice)
  log.info({ connector, sourceAnchor: settled }, `source anchors come from ${settled}: ${reason}`)
}

/**
 * As the wizard of Entra Connect: ms-DS-ConsistencyGuid, unless something else than a synchronisation uses it. Where Connect
 * takes any value for that, we look: an object's own objectGUID in it is what Connect itself writes
 * (learn.microsoft.com, plan-connect-design-concepts).
 */
async function chooseSourceAnchor({
  connection,
  namingContext
}: Source): Promise<{ choice: SourceAnchorChoice; reason: string }> {
  const search = {
    base: namingContext,
    scope: 'subtree',
    filter: '(&(objectCategory=person)(mS-DS-ConsistencyGuid=*))',
    attributes: ['objectGUID', 'mS-DS-ConsistencyGuid']
  } as const
  let seen = 0
  for await (const { dn, attributes } of connection.search(search)) {
    const first = (wanted: string) =>
      attributes.find(({ name }) => name.toLowerCase() === wanted)?.values.at(0)
    const [guid, consistencyGuid] = [first('objectguid'), first('ms-ds-consistencyguid')]
    if (guid?.length !== guidBytes || consistencyGuid === undefined || !guid.equals(consistencyGuid)) {
      const reason = `${dn} has another value in mS-DS-ConsistencyGuid than its objectGUID, so something else may use the attribute. Say settings.sourceAnchor: consistency-guid in the rules if a synchronisation wrote it.`
      return { choice: 'object-guid', reason }
    }
    seen += 1
    if (seen >= examined) break
  }
  const reason =
    seen === 0 ? 'no object has mS-DS-ConsistencyGuid' : 'where it is set it is the objectGUID of its object'
  return { choice: 'consistency-guid', reason }
}
