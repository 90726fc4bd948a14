// What a whole login costs the application's process: its start, the calls to the provider (over loopback), the callback. The provider
// and the browser are another process. Needs `npm run build`.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Agent } from 'undici'
import { entriesFor, signIn, startProvider } from './provider.mjs'

const secret = 'a secret of the bench, long enough to seal'

if (process.argv[2] === 'serve') await serve(process.argv[3])
else await measure(Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 300))

async function serve(issuer) {
  const { default: express } = await import('express')
  const { authRouter } = await import('../dist/middleware/index.js')
  const app = express()
  app.use(authRouter({ secret, baseUrl: 'https://app.example', providers: entriesFor(issuer), logger: false }))
  const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  let before
  process.once('disconnect', () => {
    process.exit()
  })
  process.on('message', (message) => {
    if (message === 'start') before = process.cpuUsage()
    const { user, system } = process.cpuUsage(before)
    process.send({ used: user + system })
  })
}

async function measure(rounds, logins) {
  const provider = await startProvider()
  const child = fork(fileURLToPath(import.meta.url), ['serve', provider.issuer])
  const answer = () =>
    new Promise((resolve) => {
      child.once('message', resolve)
    })
  const dispatcher = new Agent({ connections: 8 })
  try {
    const base = `http://127.0.0.1:${(await answer()).port}`
    const used = { openid: [], oauth: [] }
    for (let round = -2; round < rounds; round++) {
      for (const slug of Object.keys(used)) {
        child.send('start')
        await answer()
        let left = logins
        await Promise.all(
          Array.from({ length: 8 }, async () => {
            while (left-- > 0) await signIn(base, provider, slug, dispatcher)
          }),
        )
        child.send('stop')
        const time = (await answer()).used / logins
        if (round >= 0) used[slug].push(time)
      }
    }
    for (const [slug, values] of Object.entries(used)) {
      const median = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
      console.log(
        `${slug}: ${(median / 1000).toFixed(2)} ms of CPU a login, ${Math.round(1e6 / median)} logins a second of one core (median of ${rounds} rounds of ${logins})`,
      )
    }
  } finally {
    child.disconnect()
    await dispatcher.destroy()
    provider.close()
  }
}
