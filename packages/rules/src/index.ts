import { compileRules, type RuleSet } from './engine/rule-set.ts'

export { anchorOfGuid } from './default-rules/source-anchor.ts'
export type {
  Contribution,
  ExplainedAttribute,
  ExplainedObject,
  Explanation,
  LostContribution,
  RuleVerdict
} from './engine/explanation.ts'
export { compileRules, type RuleSet } from './engine/rule-set.ts'
export { compareRules, type RuleChange, type Subject } from './in-force/compare-rules.ts'
export { type RulesOfRevision, type RulesText, ruleBook, ruleSetOf } from './in-force/rule-book.ts'
export type { RuleFault } from './own-rules/fault.ts'
export { readOwnRules } from './own-rules/read-own-rules.ts'
export type { Rule } from './rule.ts'
export type { DirectoryExtension, JoinSetting, OwnRules, RuleSettings } from './rule-settings.ts'

/** The default rules with the default settings. */
export const defaultRules: RuleSet = compileRules()
