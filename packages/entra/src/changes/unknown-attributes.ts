import { type Answer, isRecord, textIn } from '../transport/graph-request.ts'

/**
 * Those of the attributes that Graph refuses to read because it does not know them: an extension whose application was
 * deleted, for one. `Parsing OData Select and Expand failed: Could not find a property named 'x' on type ...`
 */
export function unknownAmong({ status, body }: Answer, attributes: readonly string[]): readonly string[] {
  if (status !== 400) return []
  const message = (isRecord(body) && textIn(body.error, 'message')) || ''
  if (!/find a property|propert(y|ies).*(invalid|not exist)/i.test(message)) return []
  const named = new Set(Array.from(message.matchAll(/['"]([^'"]+)['"]/g), ([, name]) => name))
  return attributes.filter(name => named.has(name))
}
