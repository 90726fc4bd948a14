import { expect } from '@jest/globals'
import type { Attack } from './attack.js'
import { attacked, once } from './modes.js'
import { clientSecret } from './provider.js'
import type { Answer, Visitor } from './visitor.js'

/** Case 294: a provider that sends our own secrets back as an error is not passed on, however sessions are kept. */

attacked()

/** Shaped as an error code may be, so that its shape alone does not keep it from being shown. */
const shapedSecret = 'canary-client-secret-that-could-be-a-code'

/** Ways to write a text down that a reader turns back at once. */
function spellings(secret: string, clientId: string): string[] {
  const base64 = (text: string): string[] => [
    Buffer.from(text).toString('base64'),
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
    Buffer.from(text).toString('base64url'),
  ]
  const formEncoded = new URLSearchParams({ a: secret }).toString().slice(2)
  return [
    secret,
    encodeURIComponent(secret),
    formEncoded,
    encodeURIComponent(encodeURIComponent(secret)),
    ...base64(secret),
    ...base64(`${clientId}:${secret}`),
    ...base64(`${clientId}:${formEncoded}`),
  ]
}

/** What the provider knows of one login when it is asked for tokens. */
interface Known {
  code: string
  verifier: string
  secret: string
  basic: string
}

type Echo = (known: Known) => string

const echoes: Record<string, Echo> = {
  'the client secret': ({ secret }) => secret,
  'the client secret, percent-encoded': ({ secret }) => encodeURIComponent(secret),
  'the client secret in base64': ({ secret }) => Buffer.from(secret).toString('base64url'),
  'the authorization header': ({ basic }) => basic,
  'the code': ({ code }) => code,
  'the verifier': ({ verifier }) => verifier,
  'the verifier, percent-encoded twice': ({ verifier }) => encodeURIComponent(encodeURIComponent(verifier)),
  'the verifier in base64': ({ verifier }) => Buffer.from(verifier).toString('base64url'),
  'all of them in a sentence': ({ secret, code, verifier }) => `${secret} ${code} ${verifier}`,
}

function knownOf(body: URLSearchParams, authorization: string | undefined, secret: string): Known {
  return {
    code: body.get('code') ?? '',
    verifier: body.get('code_verifier') ?? '',
    secret,
    basic: authorization?.replace('Basic ', '') ?? '',
  }
}

/** A login whose token call is refused with an echo, seen as a page and as JSON. */
async function refused(
  attack: Attack,
  visitor: Visitor,
  slug: string,
  answer: (known: Known) => unknown,
  secret: string,
): Promise<{ answers: Answer[]; known: Known[] }> {
  const known: Known[] = []
  attack.honest.script = ({ path, form, headers }) => {
    if (path !== '/token') return undefined
    known.push(knownOf(form, headers.authorization, secret))
    return { status: 400, body: answer(knownOf(form, headers.authorization, secret)) }
  }
  const answers: Answer[] = []
  for (const accept of ['text/html', 'application/json'])
    answers.push(await visitor.go(await attack.start(visitor, 'ada', slug), { headers: { accept } }))
  attack.honest.script = undefined
  return { answers, known }
}

function holdNothing(attack: Attack, texts: string[], known: Known[], clientId: string): void {
  const secrets = known.flatMap(({ secret, code, verifier }) => [secret, code, verifier].flatMap((each) => spellings(each, clientId)))
  expect(secrets.length).toBeGreaterThan(20)
  for (const text of [...texts, attack.printed()]) expect([...new Set(secrets)].filter((secret) => text.includes(secret))).toEqual([])
}

for (const [name, echo] of Object.entries(echoes)) {
  for (const [slug, secret] of [
    ['plain', clientSecret],
    ['corp', clientSecret],
    ['plain', shapedSecret],
    ['corp', shapedSecret],
  ] as const) {
    once(
      `${name} as an error of the token endpoint of ${slug} is shown nowhere (${secret === clientSecret ? 'a secret with signs' : 'a secret that could be a code'})`,
      async (attack) => {
        const client = { clientSecret: secret }
        await attack.run({ listening: true, providers: { plain: attack.honest.oauth2(client), corp: attack.honest.oidc(client) } })
        const visitor = attack.visitor()
        for (const answer of [
          (known: Known) => ({ error: echo(known) }),
          (known: Known) => ({ error: 'invalid_grant', error_description: echo(known) }),
          (known: Known) => ({ error: { code: echo(known), message: echo(known) } }),
        ]) {
          const { answers, known } = await refused(attack, visitor, slug, answer, secret)
          expect(answers.map(({ status }) => status >= 400)).toEqual([true, true])
          holdNothing(
            attack,
            answers.map(({ body }) => body),
            known,
            'client-of-honest',
          )
        }
      },
    )
  }
}

once('An error that is shaped as no code is not shown, one that is is', async (attack) => {
  await attack.run({ listening: true })
  const visitor = attack.visitor()
  const shown = async (error: string): Promise<string> => {
    const { answers } = await refused(attack, visitor, 'plain', () => ({ error }), clientSecret)
    return answers[0]?.body ?? ''
  }
  expect(await shown('invalid_client')).toContain('invalid_client')
  expect(await shown('not a code')).not.toContain('not a code')
  expect(await shown('x'.repeat(65))).not.toContain('x'.repeat(65))
  expect(await shown('<b>bold</b>')).not.toMatch(/bold/)
})

once(
  'What the authorization endpoint sends back as an error is shown neither, where it is the state or the nonce of the login',
  async (attack) => {
    await attack.run({ listening: true })
    const visitor = attack.visitor()
    for (const slug of ['plain', 'corp']) {
      const answer = await visitor.go(`/auth/${slug}`)
      const asked = new URL(answer.json<{ location: string }>().location).searchParams
      const secrets = ['state', 'nonce'].flatMap((name) => asked.get(name) ?? [])
      const query = new URLSearchParams({
        state: asked.get('state') ?? '',
        error: secrets.at(-1) ?? '',
        error_description: secrets.join(' '),
      })
      const { body, status } = await visitor.go(`/auth/${slug}/callback?${query.toString()}`, { headers: { accept: 'text/html' } })
      expect(status).toBeGreaterThanOrEqual(400)
      for (const secret of secrets) {
        expect(body).not.toContain(secret)
        expect(attack.printed()).not.toContain(secret)
      }
    }
  },
)

for (const status of [200, 400, 500]) {
  once(`An answer of status ${String(status)} that is no JSON, and begins with a secret, is quoted nowhere`, async (attack) => {
    await attack.run({
      listening: true,
      providers: { plain: attack.honest.oauth2({ clientSecret: shapedSecret }), corp: attack.honest.oidc({ clientSecret: shapedSecret }) },
    })
    const visitor = attack.visitor()
    for (const path of ['/token', '/userinfo', '/.well-known/openid-configuration', '/keys']) {
      for (const slug of ['plain', 'corp']) {
        attack.honest.script = (request, res) => {
          if (request.path !== path) return undefined
          const { code, verifier } = knownOf(request.form, undefined, shapedSecret)
          res
            .writeHead(status, { 'content-type': 'application/json' })
            .end(`${verifier}${code}${shapedSecret} ${request.headers.authorization ?? ''}`)
          return 'sent'
        }
        const start = await visitor.go(`/auth/${slug}`)
        if (start.status === 200)
          await visitor.go(attack.honest.approve(start.json<{ location: string }>().location, 'ada'), { headers: { accept: 'text/html' } })
        attack.honest.script = undefined
      }
    }
    // The invariants look for them in all that was printed and answered; a quotation may be cut short.
    expect(attack.printed()).not.toMatch(/canary-c|canary-a/)
  })
}

once('What a provider says in an error cannot forge lines of the log', async (attack) => {
  await attack.run()
  const visitor = attack.visitor()
  for (const error of ['bad\nauthrouter: FORGED', 'bad\r\nFORGED', 'bad\u2028FORGED', 'bad\u001b[2K\rFORGED', 'bad\u0085FORGED']) {
    await refused(attack, visitor, 'plain', () => ({ error, error_description: error }), clientSecret)
    await visitor.go(`${await attack.start(visitor, 'ada')}&${new URLSearchParams({ error, error_description: error }).toString()}`)
  }
  // Control characters but the ends of our own lines.
  expect(attack.printed()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/)
  expect(
    attack
      .printed()
      .split('\n')
      .filter((line) => line.startsWith('FORGED') || line.startsWith('authrouter: FORGED')),
  ).toEqual([])
})

once('A refresh that is refused with the refresh token shows it nowhere', async (attack) => {
  await attack.run({ listening: true })
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada')
  attack.honest.expire()
  attack.honest.script = ({ path, form }) =>
    path === '/token'
      ? { status: 400, body: { error: form.get('refresh_token'), error_description: form.get('refresh_token') } }
      : undefined
  expect((await visitor.go('/api')).status).toBe(401)
  // The invariants look for the token in all that was printed and answered.
})
