import { beforeAll, describe, expect, test } from '@jest/globals'
import { AuthError, authRouter, type AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import {
  faultKinds,
  faultySessionStore,
  faultyTokenStore,
  sessionOperations,
  tokenOperations,
  type Fault,
  type FaultKind,
  type Faulty,
} from '../support/faultyStore.js'
import { hosts, sendJson, type AppHandler } from '../support/hosts.js'
import { appUrl, directBrowser, type Answer, type DirectBrowser } from './directBrowser.js'
import { createLightProvider, type LightProvider } from './lightProvider.js'

/** Jest fails a hook or test during which a rejection or an exception is left unhandled, so that none needs a listener here. */

/**
 * Milliseconds within which every request is answered, whatever the store does: ten times five seconds, for the machine may be busy and
 * many cases run at once.
 */
const deadline = 50_000

const handlers: Record<string, AppHandler> = {
  '/me': (req, res) => {
    sendJson(res, req.authUser)
  },
  '/api': async (req, res) => {
    try {
      if (!req.authUser) res.statusCode = 401
      sendJson(res, req.authUser ? { status: (await req.oauthClient.get('things')).status } : null)
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      res.statusCode = error.status
      sendJson(res, error)
    }
  },
}

/** A lock that is somebody else's is waited for: its holder may have died, and then it is free after 15 seconds. Ten times that. */
const lockDeadline = 150_000

/** An answer that came while the store was failing. */
interface Observed {
  status: number
  body: string
  milliseconds: number
}

interface Scene {
  provider: LightProvider
  browser: DirectBrowser
  open: (cookies?: Map<string, string>) => DirectBrowser
  /** Sends one request while the store fails. */
  failing: (send: () => Promise<Answer>) => Promise<Observed>
  me: (browser: DirectBrowser) => Promise<string | undefined>
  /** What must not be so. */
  wrong: string[]
  kind: FaultKind
  operation: string
}

type Stage = 'signing in' | 'visiting' | 'refreshing' | 'signing out'

async function setUp<Operation extends string>(
  faulty: Faulty<unknown, Operation>,
  options: Partial<AuthRouterOptions>,
  fault: Fault<Operation>,
): Promise<Scene & { close: () => Promise<void> }> {
  const provider = createLightProvider()
  const router = authRouter({
    secret: testSecret,
    baseUrl: appUrl,
    logger: false,
    providers: { light: provider.entry },
    http: { fetch: provider.fetch },
    ...options,
  })
  const app = hosts['Express 5']({ router, handlers })
  const open = (cookies?: Map<string, string>): DirectBrowser => directBrowser(() => app, provider, cookies)
  await open().signIn('?login_hint=bob')
  faulty.captureAnother()
  const wrong: string[] = []
  return {
    provider,
    browser: open(),
    open,
    wrong,
    ...fault,
    async failing(send) {
      faulty.fail(fault)
      const started = performance.now()
      try {
        const answer = await send().catch((error: unknown) => ({ status: 0, body: String(error) }))
        const milliseconds = Math.round(performance.now() - started)
        if (answer.status === 0) wrong.push(`no answer: ${answer.body}`)
        else if (milliseconds > (fault.operation === 'lock' && fault.kind === 'gives nothing' ? lockDeadline : deadline))
          wrong.push(`an answer after ${String(milliseconds)} ms only`)
        if (answer.body.includes('canary')) wrong.push('the answer shows the failure of the store')
        const isLockedOut = fault.operation === 'lock' && fault.kind === 'gives nothing' && answer.status === 504
        if (answer.status >= 500 && !isLockedOut && !(answer.status === 503 && answer.body.includes('store_unavailable')))
          wrong.push(`status ${String(answer.status)}: ${codeOf(answer.body)}`)
        if (answer.body.includes('bob')) wrong.push('somebody else is signed in')
        return { ...answer, milliseconds }
      } finally {
        faulty.heal()
      }
    },
    me: async (browser) => ((await browser.json('/me')) as { id: string } | null)?.id,
    close: () => router.close(),
  }
}

function codeOf(body: string): string {
  return /\b[a-z]+_[a-z_]+\b/.exec(body.slice(body.indexOf('<main')))?.[0] ?? body.slice(0, 100)
}

const denials = new Set<FaultKind>([
  'gives nothing',
  'gives garbage',
  'gives a record of another version',
  'gives the record of another user',
  'loses what it was told',
])

const stages: Record<Stage, (scene: Scene) => Promise<void>> = {
  async 'signing in'({ browser, failing, me, wrong, provider, kind, operation }) {
    const callback = { path: '' }
    const started = await failing(async () => {
      const answer = await browser.send('/auth/light')
      if (answer.location !== undefined) callback.path = provider.approve(answer.location).slice(appUrl.length)
      return answer
    })
    if (started.status !== 302 && started.status !== 503) wrong.push(`the start of the login: ${String(started.status)}`)
    if (callback.path === '') callback.path = await browser.start()
    const ended = await failing(() => browser.send(callback.path))
    // A claim that nobody confirms is taken for another process's, which then never tells.
    const isUnclaimed = operation === 'take' && kind === 'gives nothing' && ended.body.includes('state_used')
    if (ended.status !== 303 && ended.status !== 503 && !isUnclaimed)
      wrong.push(`the end of the login: ${String(ended.status)} ${codeOf(ended.body)}`)
    const known = await me(browser)
    if (known !== undefined && known !== 'ada') wrong.push(`signed in as ${known}`)
    if (ended.status === 303 && known !== 'ada' && kind !== 'loses what it was told' && kind !== 'gives garbage')
      wrong.push('sent on without being signed in')
    if (ended.status === 503 && known !== undefined) wrong.push('signed in although the login failed')
    await recovered(browser, me, wrong)
  },
  async visiting({ browser, failing, me, wrong }) {
    await browser.signIn()
    const visited = await failing(() => browser.send('/me'))
    if (visited.status === 200 && visited.body !== 'null' && !visited.body.includes('"ada"')) wrong.push(`the visit: ${visited.body}`)
    if (visited.status !== 200 && visited.status !== 503) wrong.push(`the visit: ${String(visited.status)}`)
    if ((await me(browser)) !== 'ada') wrong.push('signed out by a fault')
  },
  async refreshing({ browser, failing, me, wrong, provider, kind }) {
    await browser.signIn()
    provider.expire()
    const called = await failing(() => browser.send('/api', { patience: lockDeadline + 1_000 }))
    if (![200, 401, 503, 504].includes(called.status)) wrong.push(`the API call: ${String(called.status)} ${codeOf(called.body)}`)
    if (provider.counts.reuses > 0) wrong.push('a refresh token was used twice')
    if ((await me(browser)) !== 'ada') wrong.push('signed out by a fault')
    const again = await browser.send('/api')
    if (again.status !== 200 && kind !== 'loses what it was told')
      wrong.push(`the API call afterwards: ${String(again.status)} ${codeOf(again.body)}`)
    if (again.status !== 200) await recovered(browser, me, wrong)
  },
  async 'signing out'({ browser, failing, me, wrong, open, kind, operation }) {
    await browser.signIn()
    const copy = open(new Map(browser.cookies))
    const left = await failing(() => browser.signOut())
    if (left.status !== 303 && left.status !== 503) wrong.push(`the sign-out: ${String(left.status)} ${codeOf(left.body)}`)
    // What a store denies to have cannot be ended.
    const isDenied = operation === 'get' && denials.has(kind)
    if (left.status === 303 && (await me(browser)) !== undefined && !isDenied) wrong.push('still signed in')
    const held = await me(copy)
    if (held === 'bob' || (left.status === 303 && held !== undefined && !isDenied)) wrong.push(`a copy of the cookie is ${held}`)
    await recovered(browser, me, wrong)
    await browser.signOut()
    if ((await me(browser)) !== undefined) wrong.push('cannot sign out any more')
  },
}

/** As soon as the store works, people sign in again: without a restart. */
async function recovered(browser: DirectBrowser, me: Scene['me'], wrong: string[]): Promise<void> {
  const { status } = await browser.signIn()
  if (status !== 303 || (await me(browser)) !== 'ada') wrong.push(`no recovery: ${String(status)}`)
}

const stageNames = Object.keys(stages) as Stage[]
interface FaultCase {
  title: string
  stage: Stage
  scene: Awaited<ReturnType<typeof setUp>>
}

async function prepare<Operation extends string>(
  operations: readonly Operation[],
  start: () => { faulty: Faulty<unknown, Operation>; options: Partial<AuthRouterOptions> },
): Promise<FaultCase[]> {
  const cases: FaultCase[] = []
  for (const operation of operations) {
    for (const kind of faultKinds) {
      for (const stage of stageNames) {
        const { faulty, options } = start()
        cases.push({ title: titleOf(operation, kind, stage), stage, scene: await setUp(faulty, options, { kind, operation }) })
      }
    }
  }
  return cases
}

async function play({ stage, scene }: FaultCase): Promise<string[]> {
  const failed = await stages[stage](scene).then(
    () => [],
    (error: unknown) => [String(error)],
  )
  await scene.close()
  return [...scene.wrong, ...failed]
}

function titleOf(operation: string, kind: string, stage: string): string {
  return `${operation} ${kind} while ${stage}`
}

function titles(operations: readonly string[]): [string][] {
  return operations.flatMap((operation) =>
    faultKinds.flatMap((kind) => stageNames.map((stage): [string] => [titleOf(operation, kind, stage)])),
  )
}

const sessionCases = (): Promise<FaultCase[]> =>
  prepare(sessionOperations, () => {
    const faulty = faultySessionStore()
    return { faulty, options: { session: { store: faulty.store } } }
  })
const tokenCases = (): Promise<FaultCase[]> =>
  prepare(tokenOperations, () => {
    const faulty = faultyTokenStore()
    return { faulty, options: { tokenStore: faulty.store } }
  })

/** Cases that run at once: the deadlines of stores that never answer would add up to minutes, and a crowd would be late with everything. */
const atOnce = 24

const sessionOutcomes = new Map<string, string[]>()
const tokenOutcomes = new Map<string, string[]>()

beforeAll(async () => {
  const cases = [
    [await tokenCases(), tokenOutcomes],
    [await sessionCases(), sessionOutcomes],
  ] as const
  const all = cases.flatMap(([some, outcomes]) => some.map((one) => [one, outcomes] as const))
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = all.shift(); next; next = all.shift()) next[1].set(next[0].title, await play(next[0]))
    }),
  )
})

describe.each([
  ['a session store', sessionOperations, sessionOutcomes],
  ['a token store', tokenOperations, tokenOutcomes],
] as [string, readonly string[], Map<string, string[]>][])('%s whose', (_name, operations, outcomes) => {
  test.each(titles(operations))('%s: nobody is signed in wrongly, an answer comes in time, and all is well afterwards', (title) => {
    expect(outcomes.get(title)).toEqual([])
  })

  test('five operations have been tried with twelve faults in four situations: 240 cases', () => {
    expect(outcomes.size).toBe(240)
  })
})
