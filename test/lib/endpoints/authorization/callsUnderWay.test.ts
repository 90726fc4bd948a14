import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { inTurn } from '../../../../lib/endpoints/authorization/callsUnderWay.js'
import { protocol } from '../../../../lib/protocols/oauth1/oauth1.js'
import type { Authorization, Http } from '../../../../lib/types.js'
import { contextFor } from '../../../support/context.js'

afterEach(() => {
  jest.useRealTimers()
})

/** Starts at a provider of OAuth 1.0a whose answers the test gives. */
function flood(host: string): { start: () => Promise<Authorization>; answers: ((error?: Error) => void)[]; most: () => number } {
  const answers: ((error?: Error) => void)[] = []
  let underWay = 0
  let most = 0
  const http: Http = () => {
    most = Math.max(most, ++underWay)
    return new Promise((resolve, reject) => {
      answers.push((error) => {
        underWay--
        if (error) reject(error)
        else resolve({ status: 200, headers: {}, body: Buffer.from('oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=true') })
      })
    })
  }
  const context = contextFor({
    http,
    provider: { protocol: 'oauth1', requestTokenEndpoint: `https://${host}/r`, accessTokenEndpoint: `https://${host}/a` },
  })
  return { start: () => protocol.authorize(context, {}), answers, most: () => most }
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}
const refused = { code: 'provider_timeout', status: 504, message: expect.stringContaining('Too many sign-ins') as unknown }

describe('Strangers who start a thousand logins of OAuth 1.0a at once', () => {
  test('make fifty calls at a time; two hundred wait for their turn, in order, and the others are told to come again', async () => {
    const { start, answers, most } = flood('a.example')
    const starts = Array.from({ length: 1_000 }, () =>
      start().then(
        () => 'started',
        (error: unknown) => (error as { code?: string }).code ?? 'failed',
      ),
    )
    await settled()
    expect(answers).toHaveLength(50)
    for (let answered = 0; answered < 250; answered++) {
      answers[answered]?.(answered % 7 === 0 ? new Error('reset') : undefined)
      await settled()
    }
    const ends = await Promise.all(starts)
    expect([most(), answers.length, ends.filter((end) => end === 'provider_timeout').length]).toEqual([50, 250, 750])
    expect(ends.slice(250).every((end) => end === 'provider_timeout')).toBe(true)
  })

  test("are not in the way of another provider's", async () => {
    const [flooded, other] = [flood('b.example'), flood('c.example')]
    const starts = Array.from({ length: 60 }, () => flooded.start())
    const started = other.start()
    await settled()
    other.answers[0]?.()
    await expect(started).resolves.toMatchObject({ state: 't' })
    for (let answered = 0; answered < 60; answered++) {
      flooded.answers[answered]?.()
      await settled()
    }
    await Promise.all(starts)
  })

  test('leave nothing behind: afterwards fifty go at once again', async () => {
    for (let round = 0; round < 3; round++) {
      const { start, answers, most } = flood('d.example')
      const starts = Array.from({ length: 60 }, start)
      await settled()
      for (let answered = 0; answered < 60; answered++) {
        answers[answered]?.()
        await settled()
      }
      await Promise.all(starts)
      expect(most()).toBe(50)
    }
  })
})

test("Whose turn does not come in two seconds is told to come again, and takes nobody's turn afterwards", async () => {
  jest.useFakeTimers()
  const ends: (() => void)[] = []
  const busy = Array.from({ length: 50 }, () => inTurn('slow', () => new Promise<void>((resolve) => ends.push(resolve))))
  const late = Promise.allSettled([1, 2, 3].map((index) => inTurn('slow', () => Promise.resolve(index))))
  await jest.advanceTimersByTimeAsync(1_999)
  const next = inTurn('slow', () => Promise.resolve('in turn'))
  await jest.advanceTimersByTimeAsync(1)
  expect((await late).map((end) => end.status === 'rejected' && (end.reason as unknown))).toEqual(
    [1, 2, 3].map(() => expect.objectContaining(refused) as unknown),
  )
  ends[0]?.()
  await expect(next).resolves.toBe('in turn')
  for (const end of ends) end()
  await Promise.all(busy)
})

test('A call that fails at once passes its turn on', async () => {
  const fail = (): Promise<never> =>
    inTurn('failing', () => {
      throw new Error('no')
    })
  await Promise.all(Array.from({ length: 120 }, () => expect(fail()).rejects.toThrow('no')))
  await expect(inTurn('failing', () => Promise.resolve(1))).resolves.toBe(1)
})
