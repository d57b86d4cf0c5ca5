import type { HoldWave } from '@opendirsync/contracts'
import type { Logger } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'

const things = {
  'delete-user': 'users to delete',
  'delete-group': 'groups to delete',
  'remove-member': 'members to remove'
}
/** The others are in the API. */
const mostNamed = 5

/** What is held silently would be taken for a tenant that is up to date; what is said every minute, for noise. */
export async function reportHeldDeletes(store: Pick<Store, 'holds'>, log: Logger): Promise<void> {
  await store.holds.withdrawMoot()
  const waves = await store.holds.wavesToTell()
  if (waves.length === 0) return
  const held = waves.reduce((sum, wave) => sum + wave.held, 0)
  const named = waves.slice(0, mostNamed)
  const further = waves.length > named.length ? ` And ${waves.length - named.length} other reasons.` : ''
  log.warn(
    {
      held,
      waves: named.map(({ wave, kind, reason, connector, held: count }) => ({
        wave,
        kind,
        reason,
        connector,
        held: count
      }))
    },
    `${held} deletes are held until somebody decides. ${named.map(sentence).join(' ')}${further} ` +
      'Look at them with GET /v1/holds/waves and GET /v1/holds, then approve or refuse them with POST /v1/holds/decide; or bring the objects back.'
  )
}

function sentence({ kind, held, message }: HoldWave): string {
  return `${held} ${things[kind]}: ${message}`
}
