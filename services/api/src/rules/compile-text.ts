import type { SourceAnchorChoice } from '@opendirsync/contracts'
import { type RuleFault, type RuleSet, readOwnRules, ruleSetOf } from '@opendirsync/rules'
import { type Problem, ProblemError } from '../problem.ts'

export interface OwnText {
  /** Undefined: the default rules alone. */
  readonly text: string | undefined
  /** What the first importer has chosen. */
  readonly sourceAnchor: SourceAnchorChoice | undefined
}

/** @throws ProblemError 400 with all faults of the text */
export function compileProposed(own: OwnText): RuleSet {
  return compile(
    own,
    faults =>
      new ProblemError(400, `The rules have ${countOf(faults)}. See errors; nothing was changed.`, {
        kind: 'rules-faulty',
        errors: faults.map(asError)
      })
  )
}

/** @throws ProblemError 409 with all faults of a text that was fit for an earlier version of this program */
export function compileKept(own: OwnText, version: number): RuleSet {
  return compile(
    own,
    faults =>
      new ProblemError(
        409,
        `Version ${version} of the rules cannot be used any more, it has ${countOf(faults)}. See errors; mend a copy of its text and put that in force.`,
        { kind: 'rules-faulty', errors: faults.map(asError) }
      )
  )
}

/** What a text says beside rules, or what is wrong with it. */
export function settingsOf(text: string | undefined): {
  settings: Record<string, unknown>
  faults?: readonly RuleFault[]
} {
  if (text === undefined) return { settings: {} }
  const read = readOwnRules(text)
  return 'faults' in read ? { settings: {}, faults: read.faults } : { settings: { ...read.ok.settings } }
}

function compile(own: OwnText, refuse: (faults: readonly RuleFault[]) => ProblemError): RuleSet {
  const { faults } = settingsOf(own.text)
  if (faults !== undefined) throw refuse(faults)
  return ruleSetOf(own)
}

function countOf({ length }: readonly RuleFault[]): string {
  return length === 1 ? 'a fault' : `${length} faults`
}

function asError({ line, column, path, message }: RuleFault): NonNullable<Problem['errors']>[number] {
  return { pointer: '/body', detail: message, line, column, path }
}
