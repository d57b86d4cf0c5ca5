import type { AttributeValue } from '@opendirsync/contracts'
import type { DirectoryValues, FlowResult } from '../attribute-flow.ts'
import type { Exclusion, Flow, RuleScope } from '../rule.ts'

export type InboundFlow = Flow<DirectoryValues>
export type OutboundFlow = Flow<AttributeValue | undefined>

interface DeclaredFlow<Name extends string, Source> extends Omit<Flow<Source>, 'sources' | 'flow'> {
  readonly sources: readonly Name[]
  readonly flow: (values: Readonly<Record<Name, Source>>) => FlowResult
}

interface DeclaredScope<Name extends string> extends Omit<RuleScope<DirectoryValues>, 'sources' | 'fits'> {
  readonly sources: readonly Name[]
  readonly fits: (values: Readonly<Record<Name, DirectoryValues>>) => boolean
}

/** Directory to metaverse. The compiler refuses a flow that reads a source which it does not declare. */
export function inbound<const Name extends string>(flow: DeclaredFlow<Name, DirectoryValues>): InboundFlow {
  return flow
}

/** Metaverse to tenant, with the same check. */
export function outbound<const Name extends string>(
  flow: DeclaredFlow<Name, AttributeValue | undefined>
): OutboundFlow {
  return flow
}

/** Whom an inbound rule is for, with the same check. */
export function inboundScope<const Name extends string>(
  scope: DeclaredScope<Name>
): RuleScope<DirectoryValues> {
  return scope
}

/** Who is not synchronised, with the same check. */
export function exclusion<const Name extends string>(
  declared: DeclaredScope<Name> & Pick<Exclusion, 'reason' | 'connect'>
): Exclusion {
  return declared
}
