// Writes docs/providers.md from the catalogue: what to register where, what comes back, what is particular.
//
//   tsx scripts/providersTable.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { catalogue, retired } from '../providers/index.ts'

const file = fileURLToPath(new URL('../docs/providers.md', import.meta.url))
const source = (slug) => readFileSync(fileURLToPath(new URL(`../providers/${slug}.ts`, import.meta.url)), 'utf8')
const fixture = (slug) => JSON.parse(readFileSync(fileURLToPath(new URL(`../test/providers/${slug}.json`, import.meta.url)), 'utf8'))
const protocols = {
  oauth1: 'OAuth 1.0a',
  oauth2: 'OAuth 2.0',
  oidc: 'OpenID Connect',
  openid2: 'OpenID 2.0',
  cas: 'CAS 3.0',
  'header-jwt': 'identity header',
}
/** Protocols with an application's own id at the provider, scopes and tokens. */
const hasScopes = ({ protocol }) => protocol === 'oauth2' || protocol === 'oidc'

const text = `${intro()}
${Object.entries(catalogue)
  .map(([slug, provider]) => section(slug, provider))
  .join('\n')}
## Names that are no entries

Asking for one of these throws \`config_invalid\` with the sentence beside it.

| name | what to do |
|---|---|
${Object.entries(retired)
  .map(([name, sentence]) => `| \`${name}\` | ${sentence.replaceAll('|', '\\|')} |`)
  .join('\n')}
`

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error('docs/providers.md does not match the catalogue: run npm run docs')
    process.exitCode = 1
  }
} else {
  writeFileSync(file, text)
}

function intro() {
  return `# Providers

Written by \`npm test\` and \`npm run docs\` from the files in \`providers/\`: ${Object.keys(catalogue).length} that can be signed in with. The facts come from the providers' documentation
and from public libraries; nobody signed in everywhere. Where an entry is wrong for you, any of its options can be set beside it.

For each, register your application with the provider and give it the callback URL \`https://your.example/auth/<slug>/callback\`, exactly. Set
\`<SLUG>_CLIENT_ID\` and \`<SLUG>_CLIENT_SECRET\` (upper case, \`-\` becomes \`_\`). Parameters are options of the entry, or variables in the same way;
\`ask\` lets users choose them: [what the user chooses](configuration.md#what-the-user-chooses).
`
}

function section(slug, provider) {
  const { user, emailVerifiedReason } = fixture(slug)
  const rows = [
    ['protocol', protocols[provider.protocol.name ?? provider.protocol]],
    ['documentation', provider.docs],
    [
      'callback URL',
      provider.protocol === 'header-jwt'
        ? undefined
        : `\`https://your.example/auth/${slug}/callback\`${provider.responseMode === 'form_post' ? ' (the provider posts to it)' : ''}`,
    ],
    [
      'parameters',
      Object.entries(provider.parameters ?? {})
        .map(
          ([name, { description, kind, default: value }]) =>
            `\`${name}\` (${kind}): ${description}${value === undefined ? ' (required)' : value === '' ? ' (optional)' : `, default \`${value}\``}`,
        )
        .join('; '),
    ],
    ['facts of the connection', list(Object.keys(provider.facts ?? {}))],
    ['private key', provider.needsPrivateKey ? 'required (`privateKey`, PEM text)' : undefined],
    ['scopes', hasScopes(provider) ? list(provider.scope ?? []) || 'none' : undefined],
    [
      'fields of the documented person',
      list(Object.keys(user).filter((name) => !['provider', 'key', 'roles', 'emailVerified'].includes(name))),
    ],
    ['`emailVerified`', user.email === undefined ? undefined : (emailVerifiedReason ?? 'never true')],
    ['refresh token', hasScopes(provider) ? refresh(provider) : undefined],
    [
      'PKCE',
      provider.pkce === false ? 'not sent: the provider refuses it' : provider.pkceMethod === 'plain' ? 'method `plain` only' : undefined,
    ],
  ].filter(([, value]) => value)
  const quirks = quirksOf(slug)
  return `## ${provider.title} (\`${slug}\`)

| | |
|---|---|
${rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}
${quirks.length > 0 ? `\n${quirks.map((quirk) => `- ${quirk}`).join('\n')}\n` : ''}`
}

function refresh({ refreshTokens, offlineAccess }) {
  if (!refreshTokens) return 'no'
  return offlineAccess ? 'with `offline: true`' : 'yes'
}

function list(names) {
  return names.map((name) => `\`${name}\``).join(' ')
}

// What a provider does differently stands in its file, one comment each, with a link.
function quirksOf(slug) {
  const quirks = []
  let comment
  for (const line of source(slug).split('\n')) {
    const [, part] = /^\s*\/\/ (.*)$/.exec(line) ?? []
    if (part !== undefined) comment = comment === undefined ? part : `${comment} ${part}`
    else if (comment !== undefined) {
      quirks.push(comment)
      comment = undefined
    }
  }
  return quirks
}
