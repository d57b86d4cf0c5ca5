import { describe, expect, it } from 'vitest'
import { directoryName } from './directory-name.ts'

describe('a distinguished name', () => {
  const cases: [what: string, text: string, expected: string][] = [
    ['as it is', 'OU=Sales,DC=corp,DC=example', 'OU=Sales,DC=corp,DC=example'],
    ['with spaces after the commas', 'OU=Sales, DC=corp,  DC=example', 'OU=Sales,DC=corp,DC=example'],
    ['with spaces around everything', '  OU = Sales , DC = corp ', 'OU=Sales,DC=corp'],
    ['with spaces inside', 'OU=Field Sales,DC=corp', 'OU=Field Sales,DC=corp'],
    ['with an escaped comma', 'OU=Berg\\, Anna, DC=corp', 'OU=Berg\\, Anna,DC=corp'],
    ['with an escaped backslash before the comma', 'OU=a\\\\, DC=corp', 'OU=a\\\\,DC=corp'],
    ['with an escaped space at an end', 'OU=a\\ , DC=corp', 'OU=a\\ ,DC=corp'],
    ['with an equals sign in a value', 'OU=a = b,DC=corp', 'OU=a = b,DC=corp'],
    ['with a line feed as the directory writes it', 'CN=a\\0ACNF:1, DC=corp', 'CN=a\\0ACNF:1,DC=corp']
  ]
  it.each(cases)('%s', (_what, text, expected) => {
    expect(directoryName(text)).toBe(expected)
    expect(directoryName(expected)).toBe(expected)
  })
})
