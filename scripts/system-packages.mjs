// Debian's packages of Redis and Samba, for servers that tests and the demo start for themselves.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const packages = [
  'redis-server',
  'samba',
  'samba-ad-provision',
  'samba-dsdb-modules',
  'samba-vfs-modules',
  'winbind',
  'python3-samba',
  // The yardstick of the bench `import`: ldapsearch.
  'ldap-utils'
]
const withDocker = 'or run the system with Docker: docker compose up'

export function say(line) {
  process.stderr.write(`${line}\n`)
}

export function giveUp(line) {
  say(line)
  process.exit(1)
}

export function mayUseSudo() {
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0
}

/** Installs what is missing, or says in one line what is missing and how to get it, and ends. */
export function installSystemPackages() {
  const isRoot = process.getuid?.() === 0
  if (!existsSync('/etc/debian_version')) return requireServers(isRoot)
  const missing = missingDebianPackages()
  const install = `apt-get install --no-install-recommends ${missing.join(' ')}`
  if (!isRoot && !mayUseSudo()) {
    giveUp(
      missing.length > 0
        ? `missing: ${missing.join(', ')}; install with: sudo ${install}; ${withDocker}`
        : `a domain controller needs ports below 1024: run this as root or with sudo, ${withDocker}`
    )
  }
  if (missing.length === 0) return
  say(`installing system packages: ${missing.join(' ')}`)
  const command = ['sh', '-c', script, 'system-packages', ...missing]
  const [program, ...args] = isRoot ? command : ['sudo', '-n', ...command]
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status === 0) return
  say(`${stdout}${stderr}`.trim())
  giveUp(`installation failed (above); try: apt-get update && ${install}; ${withDocker}`)
}

function requireServers(isRoot) {
  const missing = ['redis-server', 'samba', 'samba-tool'].filter(program => !isOnDisk(program))
  if (missing.length > 0) {
    giveUp(
      `missing: ${missing.join(', ')}; install Redis and Samba (with its AD domain controller); ${withDocker}`
    )
  }
  if (!isRoot && !mayUseSudo()) {
    giveUp(`a domain controller needs ports below 1024: run this as root or with sudo, ${withDocker}`)
  }
}

function missingDebianPackages() {
  const { stdout } = spawnSync(
    'dpkg-query',
    ['-W', '-f', `\${Package} \${db:Status-Status}\n`, ...packages],
    {
      encoding: 'utf8'
    }
  )
  const installed = new Set((stdout ?? '').split('\n'))
  return packages.filter(
    name => !installed.has(`${name} installed`) && !(name === 'redis-server' && isOnDisk('redis-server'))
  )
}

/** Servers live where an ordinary user's PATH does not look. */
function isOnDisk(program) {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/sbin']
  return folders.some(folder => existsSync(join(folder, program)))
}

/**
 * Debian starts and enables a server when its package is installed. These packages are installed for processes that
 * we start ourselves, so their services neither start (policy-rc.d, invoke-rc.d(8)) nor come up with the machine.
 * Package names are the arguments. Another apt may hold the lists' lock, for which apt itself does not wait.
 */
const script = `
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  trap 'exit 1' INT TERM HUP
  printf '#!/bin/sh\\nexit 101\\n' >$policy
  chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive
tries=0
until output=$(apt-get -q update 2>&1); do
  tries=$((tries + 1))
  case "$output" in *lock*) [ $tries -lt 150 ] || break ;; *) printf '%s\\n' "$output"; break ;; esac
  sleep 2
done
apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
for name; do
  case "$name" in
    redis-server) services='redis-server' ;;
    samba) services='smbd nmbd samba-ad-dc' ;;
    winbind) services='winbind' ;;
    *) continue ;;
  esac
  systemctl disable --quiet $services 2>/dev/null || true
done
`
