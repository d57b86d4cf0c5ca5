import type { AttributeValue, RuleProblem } from '@opendirsync/contracts'
import { authoritativeNull, Flagged, type FlowResult, noFlow } from '../attribute-flow.ts'
import type { Candidate, Plan, PlannedRule, PlannedTarget } from './plan.ts'
import { type Subject, valuesFor } from './subject.ts'

/** What a flow did when it was asked. */
type StepOutcome = 'value' | 'null' | 'nothing' | 'failed'

/** One flow, asked for one subject. */
export interface Step<Source> {
  readonly candidate: Candidate<Source>
  readonly subjectIndex: number
  readonly outcome: StepOutcome
  /** Undefined when it said nothing. */
  readonly value: AttributeValue | undefined
}

/** Listens to an evaluation, for people who ask why. The evaluation is the same without it, and faster. */
export type Trace<Source> = (step: Step<Source>) => void

const unknown = 0
const fitting = 1
const notFitting = 2

/** One run of a plan over the objects that make one entry. */
export class Evaluation<Source> {
  readonly problems: RuleProblem[] = []
  readonly #plan: Plan<Source>
  readonly #subjects: readonly Subject<Source>[]
  readonly #trace: Trace<Source> | undefined
  /** Whether a rule fits a subject, once it was asked; rule by rule, in each subject by subject. */
  readonly #fits: number[]

  constructor(plan: Plan<Source>, subjects: readonly Subject<Source>[], trace?: Trace<Source>) {
    this.#plan = plan
    this.#subjects = subjects
    this.#trace = trace
    this.#fits = new Array(plan.rules.length * subjects.length).fill(unknown)
  }

  /** Every target that some flow says something about. */
  attributes(): Record<string, AttributeValue> {
    const attributes: Record<string, AttributeValue> = {}
    for (const target of this.#plan.targets) {
      const value = this.valueOf(target)
      if (value !== noFlow) attributes[target.name] = value
    }
    return attributes
  }

  /**
   * Rule by rule in order of precedence, in each subject by subject: the first value that is not null. Null when there
   * is none and some flow clears, `noFlow` when all say nothing.
   */
  valueOf(target: PlannedTarget<Source>): AttributeValue | typeof noFlow {
    let found: AttributeValue | typeof noFlow = noFlow
    for (const candidate of target.candidates) {
      for (let index = 0; index < this.#subjects.length; index++) {
        if (!this.#isOpen(candidate, index)) continue
        const value = this.#ask(candidate, index)
        if (value === authoritativeNull) return null
        if (value === noFlow) continue
        if (value !== null) return value
        found = null
      }
    }
    return found
  }

  /** Whether the rule is for the subject. A scope that fails is a problem, and fits nothing. */
  fits(ruleIndex: number, subjectIndex: number): boolean {
    const place = ruleIndex * this.#subjects.length + subjectIndex
    const known = this.#fits[place]
    if (known !== unknown) return known === fitting
    const fits = this.#isFor(ruleIndex, subjectIndex)
    this.#fits[place] = fits ? fitting : notFitting
    return fits
  }

  #isFor(ruleIndex: number, subjectIndex: number): boolean {
    const rule = this.#plan.rules[ruleIndex]
    const subject = this.#subjects[subjectIndex]
    if (rule === undefined || subject === undefined) return false
    if (rule.objectClass !== undefined && rule.objectClass !== subject.objectClass) return false
    if (rule.scope === undefined) return true
    try {
      return rule.scope.fits(valuesFor(rule.scope, subject))
    } catch (error) {
      this.problems.push({ ...scopeFailed(rule, error), severity: 'warning' })
      return false
    }
  }

  /** Its rule fits, and no earlier one with the same flow did: that gives one subject the same each time. */
  #isOpen({ ruleIndex, sameIn }: Candidate<Source>, subjectIndex: number): boolean {
    if (!this.fits(ruleIndex, subjectIndex)) return false
    for (const earlier of sameIn) if (this.fits(earlier, subjectIndex)) return false
    return true
  }

  #ask(
    candidate: Candidate<Source>,
    subjectIndex: number
  ): AttributeValue | typeof noFlow | typeof authoritativeNull {
    const subject = this.#subjects[subjectIndex]
    if (subject === undefined) return noFlow
    let result: FlowResult
    try {
      result = candidate.flow.flow(valuesFor(candidate, subject))
    } catch (error) {
      this.problems.push(flowFailed(candidate, error))
      this.#trace?.({ candidate, subjectIndex, outcome: 'failed', value: undefined })
      return noFlow
    }
    let value: AttributeValue | typeof noFlow | typeof authoritativeNull
    if (result instanceof Flagged) {
      this.problems.push(result.problem)
      value = result.value
    } else value = result
    if (this.#trace !== undefined) this.#trace({ candidate, subjectIndex, ...seen(value) })
    return value
  }
}

function seen(
  value: AttributeValue | typeof noFlow | typeof authoritativeNull
): Pick<Step<never>, 'outcome' | 'value'> {
  if (value === noFlow) return { outcome: 'nothing', value: undefined }
  if (value === null || value === authoritativeNull) return { outcome: 'null', value: null }
  return { outcome: 'value', value }
}

function flowFailed({ rule, flow }: Candidate<never>, error: unknown): RuleProblem {
  return {
    severity: 'warning',
    code: 'rule-failed',
    attribute: flow.target,
    message: `The rule "${rule.name}" could not compute ${flow.target}: ${reasonOf(error)} Correct the rule's expression, or the value that it reads.`
  }
}

export function scopeFailed(rule: Pick<PlannedRule<never>, 'name'>, error: unknown): RuleProblem {
  return {
    severity: 'warning',
    code: 'rule-failed',
    message: `It could not be told whether the rule "${rule.name}" is for this object: ${reasonOf(error)} Correct the rule's scope, or the value that it reads.`
  }
}

/** What the error says, as a sentence. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message.trim() : String(error)
  return /[.!?]$/.test(message) ? message : `${message}.`
}
