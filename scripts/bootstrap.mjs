// node scripts/bootstrap.mjs TARGET.ts [arguments]
//
// Runs one of this repository's programs, after getting it what it needs: npm packages, Node 24, and the
// Debian packages of Redis and Samba. Plain JavaScript for any Node from 18 on, with nothing installed.
// Standard output belongs to the program; what is said here goes to standard error.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { giveUp, installSystemPackages, mayUseSudo, say } from './system-packages.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')

/** These start a domain controller and a Redis of their own. */
const targetsWithDomain = ['demo/main.ts', 'scripts/test.ts', 'test/bench/main.ts']

const [target, ...targetArguments] = process.argv.slice(2)
if (target === undefined) giveUp('usage: node scripts/bootstrap.mjs TARGET.ts [arguments]')

installNpmPackages()
const node = findNode()
const needsDomain = targetsWithDomain.includes(target)
if (needsDomain) installSystemPackages()
run()

function installNpmPackages() {
  const stamp = join(modules, '.installed')
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n${lock}`).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  if (!isInstalled(JSON.parse(lock))) {
    say('installing npm packages')
    // A registry that lacks the packages of other platforms makes npm write a lock that its own `ci` then refuses.
    const clean = npm('ci')
    const outcome = clean.includes('EUSAGE') ? npm('install', '--no-save') : clean
    if (outcome !== '') {
      say(outcome)
      giveUp('npm packages cannot be installed (above): make the npm registry reachable, then run this again')
    }
  }
  writeFileSync(stamp, hash)
}

/** Returns what npm said when it failed, else ''. Under npm it is the same npm again, else the one on the PATH. */
function npm(...command) {
  const self = process.env.npm_execpath
  const [program, ...args] = self?.endsWith('.js') ? [process.execPath, self] : ['npm']
  const flags = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error, stdout, stderr } = spawnSync(program, [...args, ...command, ...flags], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e8
  })
  if (status === 0) return ''
  return `${stdout ?? ''}${stderr ?? ''}`.trim() || `npm ended with ${error?.message ?? status}`
}

/** True when a developer's own `npm install` has put exactly the locked versions there. */
function isInstalled(lock) {
  const record = join(modules, '.package-lock.json')
  if (!existsSync(record)) return false
  const { packages } = JSON.parse(readFileSync(record, 'utf8'))
  return Object.entries(lock.packages).every(([path, { version, optional, link }]) => {
    if (!path.startsWith('node_modules/')) return true
    if (packages[path] === undefined) return optional === true
    return link === true || packages[path].version === version
  })
}

function findNode() {
  const own = join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (existsSync(own)) return own
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath
  return giveUp(
    `Node 24 or newer is needed and this is ${process.version}: install it from https://nodejs.org, ` +
      'or run the system with Docker: docker compose up'
  )
}

function run() {
  const path = [join(modules, '.bin'), process.env.PATH].join(delimiter)
  const command = [node, join(root, target), ...targetArguments]
  // A domain controller's ports are below 1024.
  if (needsDomain && process.getuid?.() !== 0 && mayUseSudo()) {
    command.unshift('sudo', '-n', '--preserve-env', 'env', `PATH=${path}`)
  }
  // Where it can be had: should this process be killed with SIGKILL, the program is asked to stop.
  if (existsSync('/usr/bin/setpriv')) command.unshift('/usr/bin/setpriv', '--pdeathsig', 'TERM', '--')
  // A session of its own: Ctrl-C would else reach the program several times, from the terminal and from each of us.
  const [program, ...args] = command
  const child = spawn(program, args, {
    stdio: 'inherit',
    detached: true,
    env: { ...process.env, PATH: path }
  })
  child.on('error', error => giveUp(`${program} cannot be started: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) forward(signal, child)
  stopWithParent(child)
}

/** The terminal and npm both send Ctrl-C: what comes within half a second is one and the same. */
function forward(signal, child) {
  let lastAt = Number.NEGATIVE_INFINITY
  process.on(signal, () => {
    const now = performance.now()
    if (now - lastAt > 500) child.kill(signal)
    lastAt = now
  })
}

/** npm, killed with SIGKILL, cannot tell us. Without npm, a parent that ends may well want us to stay (nohup). */
function stopWithParent(child) {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    child.kill('SIGTERM')
  }, 1000)
}
