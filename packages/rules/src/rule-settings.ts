import type { ObjectType, SourceAnchorChoice } from '@opendirsync/contracts'
import type { Rule } from './rule.ts'

/** What an administrator decides beside the rules: once for the whole tenant. */
export interface RuleSettings {
  /** `consistency-guid` (the default): mS-DS-ConsistencyGuid where it has a value, else objectGUID. */
  readonly sourceAnchor?: SourceAnchorChoice
  /** How users of several forests are found to be one person. Default `sid`. */
  readonly join?: JoinSetting
  /** The attribute of AD that users sign in with in place of userPrincipalName, as mail. */
  readonly alternateLoginId?: string
  readonly directoryExtensions?: readonly DirectoryExtension[]
  /**
   * True: users get what they are called on-premises (`onPremisesDistinguishedName`, `onPremisesDomainName`,
   * `onPremisesSamAccountName`, `onPremisesSecurityIdentifier`, `onPremisesUserPrincipalName`). Only Graph's beta version
   * writes these.
   */
  readonly onPremisesAttributes?: boolean
}

/**
 * `sid`: objectSID and msExchMasterAccountSid. `mail`, `account` (sAMAccountName and mailNickname) and an attribute of
 * choice come on top of that. `none`: each object is a person of its own.
 */
export type JoinSetting = 'sid' | 'mail' | 'account' | 'none' | { readonly attribute: string }

/** An attribute of AD that the tenant keeps in an extension property which its schema has been given. */
export interface DirectoryExtension {
  /** In AD, in the schema's spelling. */
  readonly attribute: string
  readonly objectType: Exclude<ObjectType, 'contact'>
  /** In the tenant: `extension_<32 hexadecimal digits>_<name>`. */
  readonly property: string
  readonly multiValued?: boolean
}

/** What the file of own rules says. */
export interface OwnRules {
  readonly settings: RuleSettings
  readonly rules: readonly Rule[]
}
