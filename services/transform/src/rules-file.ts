import { readFile } from 'node:fs/promises'
import { SetupError } from '@opendirsync/contracts'
import { ruleSetOf } from '@opendirsync/rules'
import type { Logger } from '@opendirsync/runtime'
import { RulesConflictError, type RulesInForce, type Store } from '@opendirsync/store'

export interface RulesFile {
  readonly path: string
  /** `at-once`: what the file says is in force as soon as it is valid. `review`: it waits for a person. */
  readonly apply: 'review' | 'at-once'
}

interface Deps {
  readonly store: Pick<Store, 'rules'>
  readonly log: Logger
}

/**
 * Reads a file of own rules again and again. A text that is new and valid is kept as a version. It is put in force where
 * the settings say so, and where there is nothing yet that it could change.
 *
 * @returns called each few seconds; it throws SetupError when the file cannot be read or used
 */
export function watchRulesFile({ path, apply }: RulesFile, { store, log }: Deps): () => Promise<void> {
  let last: string | undefined
  return async () => {
    const text = await textOf(path)
    if (text === last) return
    const inForce = await store.rules.inForce()
    if (text !== inForce.text) {
      ruleSetOf({ text, sourceAnchor: undefined })
      const version = await store.rules.propose(text, 'file')
      if (apply === 'at-once' || (await isFirst(store, inForce))) {
        await applyAnew(store, version, inForce)
        log.info({ version }, `version ${version} of the rules, from the file, is in force`)
      } else {
        log.warn(
          { version },
          `The file of rules has changed: version ${version} waits. Preview it and put it in force over the API.`
        )
      }
    }
    last = text
  }
}

/** Objects may be staged already, and the importer may have chosen the source anchor: neither was decided by rules. */
async function isFirst({ rules }: Pick<Store, 'rules'>, { version }: RulesInForce): Promise<boolean> {
  return version === undefined && !(await rules.haveDecided())
}

/** An importer that chooses the source anchor in the same moment gives the same rules another revision. */
async function applyAnew(
  { rules }: Pick<Store, 'rules'>,
  version: number,
  known: RulesInForce
): Promise<void> {
  try {
    await rules.apply(version, known.revision)
  } catch (error) {
    const now = await rules.inForce()
    if (!(error instanceof RulesConflictError) || now.version !== known.version) throw error
    await rules.apply(version, now.revision)
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SetupError(
      'rules-file',
      `RULES_FILE cannot be read (${reason}). Give the path of a file that transform may read, or unset it.`,
      { cause }
    )
  }
}
