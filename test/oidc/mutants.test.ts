import { expect, test } from '@jest/globals'
import { rounds } from '../support/rounds.js'
import { startServer } from '../support/unitServer.js'
import { signedBy, startMockOp } from './mockOp.js'
import { mutants } from './mutants.js'
import { accepted, clientSecret, startRelyingParty } from './relyingParty.js'

/** Every second one, or all of them. */
const step = rounds({ short: 2, long: 1 })

test('Of more than 500 changed ID Tokens none signs anybody in, and the unchanged one does', async () => {
  const op = await startMockOp()
  const sink = await startServer((_request, res) => {
    res.end()
  })
  // A provider that lists whatever there is.
  op.metadata['id_token_signing_alg_values_supported'] = ['RS256', 'none', 'HS256', 'HS384', 'HS512', 'ES256K', 'dir']
  const rp = await startRelyingParty(op)
  try {
    const all = await mutants({ issuer: op.issuer, sink: sink.origin, clientSecret })
    expect(all.length).toBeGreaterThan(600)
    const control = async (): Promise<void> => {
      op.sign = signedBy('RS256')
      expect(await rp.signIn()).toMatchObject(accepted)
    }
    await control()
    const unexpected: string[] = []
    let refused = 0
    const userinfoBefore = op.calls('/userinfo')
    for (const { name, make } of all.filter((_, index) => index % step === 0)) {
      op.sign = make
      const { status, error = '', reason } = await rp.signIn()
      if (status === 400 && /^(?:idtoken_invalid|nonce_mismatch)$/.test(error)) refused++
      else unexpected.push(`${name}: ${String(status)} ${error} ${reason ?? ''}`)
    }
    expect(unexpected).toEqual([])
    expect(refused).toBe(Math.ceil(all.length / step))
    // Only the subject's other names are found out by userinfo.
    expect(op.calls('/userinfo') - userinfoBefore).toBeLessThan(20)
    expect(sink.received).toEqual([])
    await control()
  } finally {
    await rp.close()
    await op.close()
    await sink.close()
  }
}, 180_000)
