import { defaultRules } from '@opendirsync/rules'
import { identityAttributes } from '../../packages/active-directory/src/dir-sync/change-decoder.ts'
import { importedAttributes as attributesOfScope } from '../../services/import/src/directory/importer.ts'

/** What the importer asks for when it has no scope. */
export const importedAttributes = await attributesOfScope(
  { rules: async () => ({ revision: 0, rules: defaultRules }) },
  undefined
)

/** What goes over the wire for it: with what identifies an object. */
export const requestedAttributes: readonly string[] = [
  ...new Map([...identityAttributes, ...importedAttributes].map(name => [name.toLowerCase(), name])).values()
]
