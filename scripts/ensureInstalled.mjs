// Installs the dependencies when they are missing or not those of the lock file. Only what comes with Node is used here.
import { execSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const wanted = `${root}package-lock.json`
const installed = `${root}node_modules/.package-lock.json`

const reason = !existsSync(installed)
  ? 'node_modules is missing'
  : isOutdated()
    ? 'node_modules is older than package-lock.json'
    : undefined
if (reason !== undefined) {
  console.log(`${reason}: installing with npm ci ...`)
  try {
    // What the build and the example are made with are development dependencies, which NODE_ENV=production would leave out.
    execSync('npm ci --include=dev --no-audit --no-fund', { cwd: root, stdio: 'inherit' })
  } catch {
    console.error('npm ci did not finish; its message is above. It needs the package registry once.')
    process.exit(1)
  }
}

// A copied or freshly checked out tree has times that say nothing, so that a later time alone is no reason to install.
function isOutdated() {
  return statSync(installed).mtimeMs < statSync(wanted).mtimeMs && !isSame(packagesOf(wanted), packagesOf(installed))
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}

// The root package has an empty name; an optional package of another platform is in the lock file only.
function isSame(lock, present) {
  return Object.entries(lock).every(
    ([path, { version, optional }]) => path === '' || (present[path] ? present[path].version === version : optional === true),
  )
}
