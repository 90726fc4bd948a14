// What a package weighs: how long it takes to load beside Express, and what `npm install` puts into an empty folder that has Express.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))

const packages = ['authrouter', 'passport', 'grant', '@auth/express', 'better-auth', 'express-openid-connect']

/** Milliseconds that `import` takes in a process that has loaded Express, by package; Express itself in a process of its own. */
export function importTimes(rounds) {
  const times = Object.fromEntries(['express', ...packages].map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(times)) {
      const program = `${name === 'express' ? '' : "await import('express');"}
        const before = process.cpuUsage(); await import('${name}')
        const { user, system } = process.cpuUsage(before); console.log((user + system) / 1000)`
      times[name].push(Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, encoding: 'utf8' })))
    }
  }
  return times
}

/** What a production install beyond Express is, by package. */
export function installs() {
  const root = mkdtempSync(join(tmpdir(), 'authrouter-bench-'))
  try {
    const tarball = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', root], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      encoding: 'utf8',
    })
      .trim()
      .split('\n')
      .at(-1)
    const measured = {}
    const bare = install(join(root, 'bare'), [])
    const wanted = {
      authrouter: [join(root, tarball)],
      'passport for four protocols': [
        'passport',
        'passport-oauth1',
        'passport-oauth2',
        'passport-openidconnect',
        'passport-openid',
        'express-session',
      ],
      'grant, express-session': ['grant', 'express-session'],
      '@auth/express': ['@auth/express'],
      'better-auth': ['better-auth'],
      'express-openid-connect': ['express-openid-connect'],
    }
    for (const [name, specs] of Object.entries(wanted)) {
      const { count, bytes } = install(join(root, name.replace(/\W/g, '-')), specs)
      measured[name] = { count: count - bare.count, megabytes: (bytes - bare.bytes) / 1e6 }
    }
    return measured
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function install(place, specs) {
  cpSync(join(folder, 'settings.mjs'), join(place, 'settings.mjs'))
  writeFileSync(join(place, 'package.json'), '{ "private": true }')
  execFileSync(
    'npm',
    [
      'install',
      '--silent',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--omit=dev',
      '--omit=optional',
      '--ignore-scripts',
      'express',
      ...specs,
    ],
    {
      cwd: place,
    },
  )
  const lock = JSON.parse(
    execFileSync(process.execPath, ['-p', 'fs.readFileSync("node_modules/.package-lock.json", "utf8")'], { cwd: place, encoding: 'utf8' }),
  )
  return { count: Object.keys(lock.packages).length, bytes: sizeOf(join(place, 'node_modules')) }
}

function sizeOf(path) {
  const found = statSync(path)
  return found.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0) : found.size
}
