import { date, define, flag, integer, type PropertyDefinition, text } from './property-definition.ts'

/** A directory extension, as an application registers it (https://learn.microsoft.com/graph/api/resources/extensionproperty). */
export interface ExtensionProperty {
  /** `extension_<appId without dashes>_<name>` */
  readonly name: string
  readonly dataType?: 'String' | 'Boolean' | 'Integer' | 'LargeInteger' | 'DateTime' | 'Binary'
  readonly isMultiValued?: boolean
  /** The types of objects that have it, as refusals spell them. */
  readonly targetObjects: readonly string[]
}

export function isExtensionName(name: string): boolean {
  return /^extension_[0-9a-f]{32}_[A-Za-z0-9_]+$/i.test(name)
}

const maxLength = 256

const definitions: Readonly<Record<NonNullable<ExtensionProperty['dataType']>, PropertyDefinition>> = {
  String: text('', { maxLength }),
  Binary: text('', { maxLength }),
  Boolean: flag(''),
  Integer: integer(''),
  LargeInteger: define('', 'Edm.Int64', false, {}),
  DateTime: date('')
}

/** Those that are registered in the tenant. */
export class ExtensionProperties {
  readonly #registered = new Map<string, ExtensionProperty>()

  register(extension: ExtensionProperty): void {
    this.#registered.set(extension.name, extension)
  }

  definitionOf(name: string, resource: string): PropertyDefinition | undefined {
    const extension = this.#registered.get(name)
    if (extension === undefined || !extension.targetObjects.includes(resource)) return undefined
    return {
      ...definitions[extension.dataType ?? 'String'],
      name,
      collection: extension.isMultiValued ?? false
    }
  }
}
