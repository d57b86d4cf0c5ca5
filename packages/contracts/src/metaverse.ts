/** The joined view: one entry for each real person or group, across connector spaces. */

export const objectTypes = ['user', 'group', 'contact'] as const
export type ObjectType = (typeof objectTypes)[number]

/** A value in the metaverse or in a desired object. `null` clears the target attribute. */
export type AttributeValue = string | boolean | number | readonly string[] | ComplexValue | null

/** A value of several named parts, as Graph has them: `onPremisesExtensionAttributes`, `employeeOrgData`. */
export type ComplexValue = { readonly [part: string]: string | null }

export type AttributeRecord = Readonly<Record<string, AttributeValue>>

/**
 * The immutable id of an object for life: the 16 bytes of objectGUID (or ms-DS-ConsistencyGuid) in Base64.
 * At the Graph edge, and only there, it is called immutableId.
 */
export type SourceAnchor = string

export interface MetaverseEntry {
  readonly id: string
  readonly objectType: ObjectType
  readonly sourceAnchor: SourceAnchor
  readonly attributes: AttributeRecord
}

/** Why an object is not, or not fully, in the tenant. Codes are stable, messages are for people. */
export interface Problem {
  /** Stable, kebab-case: `upn-missing`, `upn-invalid-character`, `object-conflict`, … */
  readonly code: string
  /** The attribute that causes it, in the source's spelling where there is one. */
  readonly attribute?: string
  /** What is wrong and what to do, one or two sentences. Holds the object's own values, never a secret. */
  readonly message: string
  /** The objects of the tenant that stand in the way, where it names them. */
  readonly conflictsWith?: readonly TenantReference[]
}

/** An object of the tenant, whoever made it. */
export interface TenantReference {
  /** As Graph spells it: `User`, `Group`, `Contact`, … */
  readonly type: string
  readonly entraId: string
}
