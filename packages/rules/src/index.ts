export type { AttributeFlow, RuleProblem } from './attribute-flow.ts'
export { anchorOfGuid } from './source-anchor.ts'
export { exportedAttributes, sourceAttributes } from './source-attributes.ts'
export { type OutOfScope, type Projected, type Synchronised, synchronise } from './synchronise.ts'
