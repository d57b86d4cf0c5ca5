/** Columns that say whether a person may sign in. They are no attributes of AD; userAccountControl is what they give. */
export const accountStateAttributes = ['accountEnabled', 'accountDisabled'] as const
export type AccountStateAttribute = (typeof accountStateAttributes)[number]

/** ADS_UF_NORMAL_ACCOUNT, alone and with ADS_UF_ACCOUNT_DISABLE (MS-ADTS 2.2.16). */
export const enabledAccount = '512'
const disabledAccount = '514'

/** Excel writes its Booleans in the language that it runs in. */
const yes = new Set([
  'true',
  'yes',
  'y',
  '1',
  'on',
  'wahr',
  'ja',
  'vrai',
  'oui',
  'verdadero',
  'sí',
  'si',
  'vero'
])
const no = new Set(['false', 'no', 'n', '0', 'off', 'falsch', 'nein', 'faux', 'non', 'falso', 'nee'])

/** These mean the same in whatever column they stand. */
const enabledWords = new Set(['active', 'enabled'])
const disabledWords = new Set(['inactive', 'disabled', 'blocked', 'terminated'])

/** Undefined for anything else, an empty value too: nobody is to be let in by a word that is not understood. */
export function accountControl(attribute: AccountStateAttribute, value: string): string | undefined {
  const word = value.toLowerCase()
  if (enabledWords.has(word)) return enabledAccount
  if (disabledWords.has(word)) return disabledAccount
  if (!yes.has(word) && !no.has(word)) return undefined
  return yes.has(word) === (attribute === 'accountEnabled') ? enabledAccount : disabledAccount
}

export function isAccountState(attribute: string): attribute is AccountStateAttribute {
  return accountStateAttributes.some(name => name === attribute)
}
