// node scripts/complete-lockfile.mjs
//
// Some registry mirrors carry only the packages of their own platform. `npm install` then leaves the others'
// optional packages out of package-lock.json, and `npm ci` refuses such a lock everywhere. This puts them
// back: their versions are exact in the package that wants them, and their platform is in their name.
// Run it after every change of dependencies.

import { readFileSync, writeFileSync } from 'node:fs'

const path = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(path, 'utf8'))
const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32'
]
const processors = [
  'arm64',
  'arm',
  'x64',
  'ia32',
  'ppc64',
  'riscv64',
  's390x',
  'loong64',
  'mips64el',
  'wasm32'
]

let added = 0
for (const [owner, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const isKnown = [`${owner}/node_modules/${name}`, `node_modules/${name}`].some(
      place => place in lock.packages
    )
    const platform = platformOf(name)
    if (isKnown || platform === undefined || !/^\d/.test(version)) continue
    lock.packages[`node_modules/${name}`] = { version, ...platform, ...(dev && { dev }), optional: true }
    added += 1
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')))
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
process.stdout.write(`${added} packages of other platforms were added\n`)

/** `@scope/binding-linux-arm64-musl`: what its own manifest would say. */
function platformOf(name) {
  const words = name.split(/[/-]/).map(word => (word === 'windows' ? 'win32' : word))
  const os = systems.find(system => words.includes(system))
  const cpu = processors.find(processor => words.includes(processor))
  if (os === undefined && cpu !== 'wasm32') return undefined
  return {
    cpu: [cpu ?? 'x64'],
    ...(words.includes('musl') && { libc: ['musl'] }),
    ...(os !== undefined && { os: [os] })
  }
}
