import type { DirectoryExtension, JoinSetting, RuleSettings } from '../rule-settings.ts'
import { readAttribute } from './attribute-names.ts'
import type { Reader } from './reader.ts'
import { extensionProperty } from './tenant-properties.ts'

export function readSettings(reader: Reader): RuleSettings {
  const fields = reader.fields([
    'sourceAnchor',
    'join',
    'alternateLoginId',
    'directoryExtensions',
    'onPremisesAttributes'
  ])
  const sourceAnchor = fields?.optional('sourceAnchor')?.oneOf(['consistency-guid', 'object-guid'])
  const join = readOptional(fields?.optional('join'), readJoin)
  const alternateLoginId = readOptional(fields?.optional('alternateLoginId'), readAttribute)
  const directoryExtensions = readOptional(fields?.optional('directoryExtensions'), readExtensions)
  const onPremisesAttributes = fields?.optional('onPremisesAttributes')?.boolean()
  return {
    ...(sourceAnchor !== undefined && { sourceAnchor }),
    ...(join !== undefined && { join }),
    ...(alternateLoginId !== undefined && { alternateLoginId }),
    ...(directoryExtensions !== undefined && { directoryExtensions }),
    ...(onPremisesAttributes !== undefined && { onPremisesAttributes })
  }
}

function readOptional<T>(reader: Reader | undefined, read: (reader: Reader) => T | undefined): T | undefined {
  return reader === undefined ? undefined : read(reader)
}

function readJoin(reader: Reader): JoinSetting | undefined {
  if (typeof reader.value !== 'object') return reader.oneOf(['sid', 'mail', 'account', 'none'])
  const fields = reader.fields(['attribute'], ['attribute'])
  if (fields?.has('attribute') !== true) return undefined
  const attribute = readAttribute(fields.at('attribute'))
  return attribute === undefined ? undefined : { attribute }
}

function readExtensions(reader: Reader): readonly DirectoryExtension[] | undefined {
  const taken = new Set<string>()
  return reader.elements('directory extensions', 100)?.flatMap(element => {
    const extension = readExtension(element)
    if (extension === undefined) return []
    const { objectType, property } = extension
    if (taken.has(`${objectType} ${property}`))
      element.refuse(`${property} is there twice for ${objectType}.`)
    taken.add(`${objectType} ${property}`)
    return [extension]
  })
}

function readExtension(reader: Reader): DirectoryExtension | undefined {
  const required = ['attribute', 'objectType', 'property'] as const
  const fields = reader.fields([...required, 'multiValued'], required)
  if (fields === undefined || !required.every(key => fields.has(key))) return undefined
  const attribute = readAttribute(fields.at('attribute'))
  const objectType = fields.at('objectType').oneOf(['user', 'group'])
  const property = readProperty(fields.at('property'))
  const multiValued = fields.optional('multiValued')?.boolean()
  if (attribute === undefined || objectType === undefined || property === undefined) return undefined
  return { attribute, objectType, property, ...(multiValued !== undefined && { multiValued }) }
}

function readProperty(reader: Reader): string | undefined {
  const property = reader.text('the name of an extension property')
  if (property === undefined || extensionProperty.test(property)) return property
  return reader.refuse(
    'An extension property is called extension_, 32 hexadecimal digits in lower case (the application without hyphens), _ and a name.'
  )
}
