import { type ConnectorScope, type ScopeInput, SetupError } from '@opendirsync/contracts'
import type { RulesOfRevision } from '@opendirsync/rules'
import type { Logger } from '@opendirsync/runtime'
import { ScopeFaultyError, type Store } from '@opendirsync/store'

export interface FirstScope {
  readonly connector: string
  readonly scope: ScopeInput
  readonly store: Pick<Store, 'connectors' | 'scopes'>
  readonly log: Logger
  /** The rules in force. */
  readonly rules: () => Promise<RulesOfRevision>
}

/**
 * The scope that the settings begin with. Later the scope is changed over the API, where it can be previewed; the one
 * in the settings is passed over then.
 *
 * @param find looks up the containers and groups that it names
 * @throws SetupError `scope-condition`, and what `find` throws
 */
export async function setFirstScope(
  { connector, scope: { conditions, ...places }, store, log, rules }: FirstScope,
  find: (places: Omit<ScopeInput, 'conditions'>) => Promise<Omit<ConnectorScope, 'conditions'>>
): Promise<void> {
  if ((await store.scopes.read(connector))?.revision !== 0) return
  if ((await store.connectors.get(connector))?.importedAttributes !== undefined) {
    log.warn(
      { connector },
      'The scope of the settings is not used: everything was imported before. Preview and apply it over the API.'
    )
    return
  }
  const found = await find(places)
  const checked =
    conditions === undefined ? {} : await checkedConditions({ connector, store, rules }, conditions)
  await store.scopes.apply({ connector, scope: { ...found, ...checked }, expectedRevision: 0 })
  log.info({ connector }, 'begins with the scope of the settings')
}

async function checkedConditions(
  { connector, store, rules }: Pick<FirstScope, 'connector' | 'store' | 'rules'>,
  conditions: NonNullable<ScopeInput['conditions']>
): Promise<Pick<ConnectorScope, 'conditions'>> {
  // Objects are kept under the names in which attributes are asked for, which are the rules' where they have one.
  const { sourceAttributes } = (await rules()).rules
  const spelling = new Map(sourceAttributes.map(name => [name.toLowerCase(), name]))
  const spelled = conditions.map(list =>
    list.map(condition => ({
      ...condition,
      attribute: spelling.get(condition.attribute.toLowerCase()) ?? condition.attribute
    }))
  )
  try {
    return (await store.scopes.resolve(connector, { conditions: spelled })) ?? {}
  } catch (error) {
    if (!(error instanceof ScopeFaultyError)) throw error
    throw new SetupError(
      'scope-condition',
      `The scope of ${connector} cannot be used. ${error.message} Correct the settings.`,
      {
        cause: error
      }
    )
  }
}
