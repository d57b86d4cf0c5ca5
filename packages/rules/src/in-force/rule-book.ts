import { SetupError, type SourceAnchorChoice } from '@opendirsync/contracts'
import { compileRules, type RuleSet } from '../engine/rule-set.ts'
import { readOwnRules } from '../own-rules/read-own-rules.ts'

/** What is in force, as it is kept. */
export interface RulesText {
  /** Rises whenever something else is in force. */
  readonly revision: number
  /** The text of the own rules; undefined: there are none. */
  readonly text: string | undefined
  /** Where anchors come from when the own rules do not say. */
  readonly sourceAnchor: SourceAnchorChoice | undefined
}

export interface RulesOfRevision {
  readonly revision: number
  readonly rules: RuleSet
}

/**
 * The default rules and these own ones.
 *
 * @throws SetupError `rules-invalid` when the text is not one that can be used, with all its faults
 */
export function ruleSetOf({ text, sourceAnchor }: Omit<RulesText, 'revision'>): RuleSet {
  const read = text === undefined ? { ok: { settings: {}, rules: [] } } : readOwnRules(text)
  if ('faults' in read) {
    const faults = read.faults.map(({ line, column, message }) => `line ${line}:${column}: ${message}`)
    throw new SetupError('rules-invalid', `The own rules cannot be used. ${faults.join(' ')}`)
  }
  const { settings, rules } = read.ok
  return compileRules({
    settings: { ...(sourceAnchor !== undefined && { sourceAnchor }), ...settings },
    rules
  })
}

/** Where the rules in force are kept. */
interface RulesSource {
  revision(): Promise<number>
  inForce(): Promise<RulesText>
}

/** Always the rules that are in force: asked for their revision each time, read and compiled once for each. */
export function ruleBook(source: RulesSource): { current(): Promise<RulesOfRevision> } {
  let known: RulesOfRevision | undefined
  return {
    async current() {
      if (known !== undefined && known.revision === (await source.revision())) return known
      const text = await source.inForce()
      known = { revision: text.revision, rules: ruleSetOf(text) }
      return known
    }
  }
}
