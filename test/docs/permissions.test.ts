import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { missingPermissions } from '../../packages/entra/src/permissions/missing-permissions.ts'
import { featurePermissions } from '../../packages/entra/src/permissions/permissions.ts'
import { installerPermissions } from '../../packages/entra-emulator/src/model/application-permissions.ts'
import { quotedIn, readPage, root } from './read-page.ts'

const path = 'docs/permissions.md'
const needs = { always: 'always', 'to-write': 'to write', optional: 'optional' } as const

const table = [
  '| to | permission | needed |',
  '|---|---|---|',
  ...featurePermissions.map(
    ({ purpose, anyOf, need }) =>
      `| ${purpose} | ${anyOf.map(name => `\`${name}\``).join(', ')} | ${needs[need]} |`
  )
].join('\n')

const tableOnPage = /(<!-- table: permissions -->\n)([\s\S]*?)(\n?<!-- end -->)/

if (process.env.UPDATE_DOCS === '1') {
  writeFileSync(
    join(root, path),
    readPage(path).replace(tableOnPage, (_whole, begin) => `${begin}${table}\n<!-- end -->`)
  )
}

const page = readPage(path)

describe('docs/permissions.md', () => {
  it('has the table of the code', () => {
    expect(tableOnPage.exec(page)?.[2], 'run again with UPDATE_DOCS=1 to bring the page up to date').toBe(
      table
    )
  })

  it('the six that are simplest to grant are enough, and what an installer of the emulator grants', () => {
    const [, paragraph = ''] = /(These six[\s\S]+?)The narrower/.exec(page) ?? []
    expect(missingPermissions(quotedIn(paragraph), { writes: true, unused: [] })).toEqual([])
    expect(quotedIn(paragraph).toSorted()).toEqual([...installerPermissions].toSorted())
  })
})
