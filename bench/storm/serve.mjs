// One application of this folder in a process of its own: node bench/storm/serve.mjs <application> <folder> <first or later> <issuer>
import { createServer } from 'node:http'

const [application, folder, place, issuer] = process.argv.slice(2)
const server = createServer()
server.listen(0, '127.0.0.1', async () => {
  const origin = `http://127.0.0.1:${server.address().port}`
  const { default: makeApp } = await import(`./${application}.mjs`)
  server.on('request', await makeApp({ origin, issuer, folder, isFirst: place === 'first' }))
  process.send({ origin })
})
process.once('disconnect', () => process.exit())
