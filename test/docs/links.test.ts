import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPage, root } from './read-page.ts'

const pages = globSync(['*.md', 'docs/**/*.md', 'packages/*/README.md', 'services/*/README.md'], {
  cwd: root
})

describe('relative links', () => {
  it.each(pages.toSorted())('%s: all resolve', path => {
    const broken = linksIn(readPage(path)).filter(link => !resolves(path, link))
    expect(broken).toEqual([])
  })

  it('docs/README.md names every page', () => {
    const index = linksIn(readPage('docs/README.md')).map(link => join('docs', link))
    const wanted = pages.filter(path => path.startsWith('docs/') && path !== 'docs/README.md')
    expect(wanted.filter(path => !index.includes(path))).toEqual([])
  })
})

function linksIn(page: string): string[] {
  const prose = page.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link ?? '')
    .filter(link => !/^[a-z]+:/.test(link))
}

function resolves(from: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? from : join(dirname(from), path)
  if (!existsSync(join(root, file))) return false
  return anchor === undefined || !file.endsWith('.md') || anchorsOf(file).includes(anchor)
}

/** As GitHub makes them from headings. */
function anchorsOf(path: string): string[] {
  return readPage(path)
    .split('\n')
    .filter(line => /^#+ /.test(line))
    .map(line =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-')
    )
}
