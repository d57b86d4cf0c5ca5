import type { Problem, ScopePart } from '@opendirsync/contracts'

/** What the scope of a connector leaves out. Which objects these are was decided in the connector space. */
export const outsideScope: Readonly<Record<ScopePart, Problem>> = {
  container: {
    code: 'outside-scope-container',
    message:
      "The object is in no container that the connector's scope lets in. Move it, or change the scope's containers, to have it synchronised."
  },
  group: {
    code: 'outside-scope-group',
    message:
      "The object is no member of a group of the connector's scope, directly or through another group. Make it one, or change the scope's groups, to have it synchronised."
  },
  condition: {
    code: 'outside-scope-condition',
    message:
      "The object's attributes do not meet the conditions of the connector's scope. Change them, or the conditions, to have it synchronised."
  }
}
