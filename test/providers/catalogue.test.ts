import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import type { Provider } from '../../lib/types.js'
import { catalogue } from '../../providers/index.js'
import { addresses, completeMap, folder, readFixture } from './fixtures.js'

const providersFolder = new URL('../../providers/', import.meta.url)
const generator = fileURLToPath(new URL('../../scripts/generateProviders.mjs', import.meta.url))
const entries: [string, Provider][] = Object.entries(catalogue)
const slugs = Object.keys(catalogue)

function source(slug: string): string {
  return readFileSync(new URL(`${slug}.ts`, providersFolder), 'utf8')
}

/** Lines of a provider's file that hold something, imports left out. */
function lineCount(slug: string): number {
  return source(slug)
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('import ')).length
}

describe.each(entries)('%s', (slug, provider) => {
  test('names every address it needs, over https and complete', () => {
    const known = addresses(provider, readFixture(slug).parameters)
    const { protocol } = provider
    const byName: Record<string, readonly string[]> = {
      oauth1: ['requestTokenEndpoint', 'authorizationEndpoint', 'accessTokenEndpoint'],
      oauth2: ['authorizationEndpoint', 'tokenEndpoint'],
      oidc: ['issuer'],
      openid2: slug === 'openid' ? [] : ['identifier', 'authorizationEndpoint'],
      // The issuer of a load balancer's users is the application's to name.
      'header-jwt': provider.signer === undefined ? ['issuer', 'jwksUri'] : [],
    }
    const needed = typeof protocol === 'string' ? (byName[protocol] ?? []) : protocol.requires
    const hasApi = slug !== 'openid' && typeof protocol === 'string' && protocol !== 'header-jwt'

    expect(Object.keys(known)).toEqual(expect.arrayContaining([...needed, ...(hasApi ? ['apiBaseUrl'] : [])]))
    // A proxy's issuer may be a host alone.
    for (const address of Object.values(known).filter((text) => text !== readFixture(slug).parameters?.['host'])) {
      expect(address).toMatch(/^https:\/\/[a-z0-9.-]+(\/[\w./@!+-]*(\?[\w=&]*)?)?$/)
      expect(new URL(address).href.replace(/\/$/, '')).toBe(address.replace(/\/$/, ''))
    }
    // Types of Attribute Exchange are names that look like addresses.
    expect(source(slug).replaceAll('http://axschema.org', '')).not.toContain('http://')
  })

  test('has an API base address that relative addresses resolve under', () => {
    expect(addresses(provider, readFixture(slug).parameters)['apiBaseUrl'] ?? '/').toMatch(/\/$/)
  })

  test('leaves its endpoints to discovery where there is discovery', () => {
    if (provider.protocol === 'oidc' && provider.discovery !== false) {
      expect(provider.authorizationEndpoint).toBeUndefined()
      expect(provider.tokenEndpoint).toBeUndefined()
      expect(provider.scope).toContain('openid')
    }
  })

  test('has a title, a colour and a link to its documentation', () => {
    expect(provider.title).toMatch(/\S/)
    expect(provider.color).toMatch(/^#[0-9a-f]{6}$/)
    expect(provider.docs).toMatch(/^https:\/\/\S+$/)
  })

  test('maps an id', () => {
    expect(completeMap(provider).id).toBeDefined()
  })

  test('maps emailVerified with a reason, or not at all', () => {
    expect(readFixture(slug).emailVerifiedReason !== undefined).toBe(completeMap(provider).emailVerified !== undefined)
  })

  test('says of each parameter what it is, and shows a value where it has no default', () => {
    const { parameters = {} } = readFixture(slug)
    for (const [name, { description, default: value }] of Object.entries(provider.parameters ?? {})) {
      expect(description).toMatch(/\S/)
      expect(value ?? parameters[name]).toBeDefined()
    }
  })

  test('separates its scopes by a space, or says by what', () => {
    expect(provider.scopeSeparator).not.toBe(' ')
    for (const scope of provider.scope ?? []) expect(scope).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/)
  })

  test('imports its own description only: nothing of the flow, no other provider', () => {
    const imported = [...source(slug).matchAll(/from '([^']+)'/g)].map(([, name]) => name)

    expect(imported.filter((name) => name !== '../lib/types.js' && !name?.startsWith('node:'))).toEqual([])
  })

  test('is a small file that links what its hooks and functions rest on', () => {
    const hasFunctions = Object.values({ ...provider.hooks, ...provider.profile, ...provider.extraRequests }).some(
      (value) => typeof value === 'function',
    )

    expect(lineCount(slug)).toBeLessThanOrEqual(40)
    if (hasFunctions) expect(source(slug)).toMatch(/^ *\/\/ .*https:\/\/\S+$/m)
  })

  test('has a fixture that says where its shapes come from', () => {
    const { documentation } = readFixture(slug)

    expect(documentation.length).toBeGreaterThan(0)
    for (const link of documentation) expect(link).toMatch(/^https:\/\/\S+$/)
  })
})

test('a provider takes twenty lines at the median', () => {
  const counts = slugs.map(lineCount).sort((a, b) => a - b)

  expect(counts[Math.floor((counts.length - 1) / 2)]).toBeLessThanOrEqual(20)
})

test('there is a fixture for every provider, and none besides', () => {
  const fixtures = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))

  expect(fixtures.sort()).toEqual([...slugs].sort())
})

test('what a provider does differently has a test beside its fixture', () => {
  const files = readdirSync(folder)
  const hooked = entries.filter(([, { hooks }]) => hooks !== undefined).map(([slug]) => `${slug}.test.ts`)

  expect(hooked.filter((name) => !files.includes(name))).toEqual([])
})

describe('the generator', () => {
  const run = promisify(execFile)
  const generate = (...parameters: string[]): Promise<unknown> => run(process.execPath, [generator, ...parameters])
  const outdated = { code: 1, stderr: expect.stringContaining('generateProviders') }

  test('finds the index up to date', async () => {
    await expect(generate('--check')).resolves.toMatchObject({ stderr: '' })
  })

  test('finds an index that lacks a provider, and writes one that has it', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'providers-'))
    try {
      for (const slug of ['slack', 'slack-v2', 'adobe']) writeFileSync(join(copy, `${slug}.ts`), '')
      await expect(generate('--check', copy)).rejects.toMatchObject(outdated)
      expect(readdirSync(copy)).not.toContain('index.ts')

      await generate(copy)
      await expect(generate('--check', copy)).resolves.toMatchObject({ stderr: '' })
      const index = readFileSync(join(copy, 'index.ts'), 'utf8')
      expect(index).toContain("import adobe from './adobe.js'\nimport slack from './slack.js'\nimport slackV2 from ")
      expect(index).toContain("  adobe,\n  slack,\n  'slack-v2': slackV2,\n")

      writeFileSync(join(copy, 'zoho.ts'), '')
      await expect(generate('--check', copy)).rejects.toMatchObject(outdated)
    } finally {
      rmSync(copy, { recursive: true })
    }
  })

  test('refuses a file whose name cannot be a slug', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'providers-'))
    try {
      writeFileSync(join(copy, 'MySlack.ts'), '')
      await expect(generate(copy)).rejects.toMatchObject({ stderr: expect.stringContaining('MySlack.ts') })
    } finally {
      rmSync(copy, { recursive: true })
    }
  })
})
