import type { Rule } from '../rule.ts'
import type { RuleSettings } from '../rule-settings.ts'
import { contactRules } from './contact-rules.ts'
import { directoryExtensionRules } from './directory-extensions.ts'
import { groupRules } from './group-rules.ts'
import { userInbound } from './user-inbound.ts'
import { userOutbound } from './user-outbound.ts'

/**
 * The default rules of Entra Connect, as far as Microsoft Graph can carry them, with Microsoft's names and precedence.
 * With flows that wait for a rule which reads their target.
 */
export function defaultRulesOf({
  sourceAnchor = 'consistency-guid',
  alternateLoginId,
  directoryExtensions = [],
  onPremisesAttributes = false
}: RuleSettings): readonly Rule[] {
  const rules: readonly Rule[] = [
    ...userInbound({ sourceAnchor, alternateLoginId }),
    ...userOutbound({ alternateLoginId, onPremisesAttributes }),
    ...groupRules,
    ...contactRules
  ]
  return [...rules, ...directoryExtensionRules(directoryExtensions, rules)]
}
