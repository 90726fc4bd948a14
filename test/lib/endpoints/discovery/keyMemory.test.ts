import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from '@jest/globals'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { verifySignedJwt } from '../../../../lib/endpoints/discovery/verifySignedJwt.js'
import { contextFor } from '../../../support/context.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

test('Keys are kept as long as the entry that they belong to: entries that come and go leave nothing behind', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'right' }
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'right' }).sign(privateKey)
  const more = Array.from({ length: 40 }, (_, index) => ({ ...jwk, kid: `other-${String(index)}` }))
  const comeAndGo = async (count: number): Promise<number> => {
    for (let index = 0; index < count; index++) {
      const context = contextFor({ provider: { protocol: 'oidc', issuer: 'https://id.example', jwks: { keys: [jwk, ...more] } } })
      await verifySignedJwt(context, token, { purpose: 'login', algorithms: ['ES256'] })
    }
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = await comeAndGo(300)
  // Each set has some 10 KB.
  expect((await comeAndGo(2_000)) - before).toBeLessThan(5_000_000)
}, 60_000)
