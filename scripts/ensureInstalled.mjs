// Installs the dependencies when they are missing or older than the lock file. Only what comes with Node is used here.
import { execSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const lock = `${root}package-lock.json`
const installed = `${root}node_modules/.package-lock.json`

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  console.log('Installing what is missing (npm ci) ...')
  execSync('npm ci --no-audit --no-fund', { cwd: root, stdio: 'inherit' })
}
