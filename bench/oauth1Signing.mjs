// What signing one OAuth 1.0a request costs beside the bare HMAC of its base string, key and all: rounds of both in turn, in one
// process, by CPU time. Run it by `npx tsx`. Prints medians in microseconds and the median of the rounds' ratios.
import { createHmac } from 'node:crypto'
import { protocol } from '../lib/protocols/oauth1/oauth1.ts'
import { signatureBaseString, signRequest } from '../lib/protocols/oauth1/signature.ts'

const rounds = Number(process.argv[2] ?? 60)
const signaturesPerRound = 2_000
const keys = {
  clientId: 'xvz1evFS4wEEPTGEFPHBog',
  clientSecret: 'kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw',
  token: '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb',
  tokenSecret: 'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE',
}
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const requests = {
  'GET, two parameters in the query': {
    method: 'GET',
    url: 'https://api.example.com/1.1/statuses/user_timeline.json?screen_name=ada&count=100',
    headers: { accept: 'application/json' },
  },
  'POST of a form of two': {
    method: 'POST',
    url: 'https://api.example.com/1.1/statuses/update.json',
    headers: { accept: 'application/json', ...form },
    body: 'status=Hello+Ladies+%2B+Gentlemen%2C+a+signed+OAuth+request%21&trim_user=1',
  },
  'POST of a form beyond ASCII': {
    method: 'POST',
    url: 'https://api.example.com/1.1/statuses/update.json',
    headers: { accept: 'application/json', ...form },
    body: 'status=%C3%84pfel+%26+Birnen+%E2%98%83&place=K%C3%B6ln&tag=a&tag=b',
  },
  'POST of JSON': {
    method: 'POST',
    url: 'https://api.example.com/2/tweets',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: '{"text":"Hello"}',
  },
}
const digests = { 'HMAC-SHA1': 'sha1', 'HMAC-SHA256': 'sha256' }

for (const [signatureMethod, digest] of Object.entries(digests)) {
  console.log(`${signatureMethod}, Node ${process.version}, median of ${rounds} rounds of ${signaturesPerRound}`)
  for (const [name, request] of Object.entries(requests)) report(name, request, signatureMethod, digest)
}

function report(name, request, signatureMethod, digest) {
  const baseString = baseStringOf(request, signatureMethod)
  const key = `${keys.clientSecret}&${keys.tokenSecret}`
  const context = {
    slug: 'bench',
    redirectUri: 'https://app.example/callback',
    now: Date.now,
    client: { clientId: keys.clientId, clientSecret: keys.clientSecret },
    provider: { signatureMethod },
  }
  const tokens = { accessToken: keys.token, tokenSecret: keys.tokenSecret, tokenType: 'OAuth' }
  const works = {
    bare: () => createHmac(digest, key).update(baseString).digest('base64').length,
    // A nonce and a time that are given, as for the bare HMAC.
    signed: (index) =>
      signRequest(request, keys, { signatureMethod, timestamp: 1_700_000_000 + index, nonce: 'kYjzVBB8Y0ZFabxSWbWovY' }).headers
        .authorization.length,
    // The way of every request of the API client: with a nonce from the system's randomness and the present time.
    whole: () => protocol.sign(context, tokens, request).headers.authorization.length,
  }
  const times = { bare: [], signed: [], whole: [] }
  for (let round = -5; round < rounds; round++) {
    for (const [work, run] of Object.entries(works)) {
      const time = measure(run)
      if (round >= 0) times[work].push(time)
    }
  }
  const ratio = (work) => median(times[work].map((time, round) => time / times.bare[round])).toFixed(2)
  const [bare, signed, whole] = ['bare', 'signed', 'whole'].map((work) => median([...times[work]]).toFixed(2))
  console.log(
    `  ${name.padEnd(34)} bare ${bare} us   signed ${signed} us = ${ratio('signed')}x   with nonce and clock ${whole} us = ${ratio('whole')}x`,
  )
}

function measure(run) {
  const start = process.cpuUsage()
  let length = 0
  for (let index = 0; index < signaturesPerRound; index++) length += run(index)
  const { user, system } = process.cpuUsage(start)
  if (length === 0) throw new Error('nothing was signed')
  return (user + system) / signaturesPerRound
}

function baseStringOf({ method, url, headers, body }, signatureMethod) {
  const pairs = Object.entries({
    oauth_consumer_key: keys.clientId,
    oauth_nonce: 'kYjzVBB8Y0ZFabxSWbWovY',
    oauth_signature_method: signatureMethod,
    oauth_timestamp: '1700000000',
    oauth_token: keys.token,
    oauth_version: '1.0',
  })
  const isForm = headers['content-type'] === form['content-type']
  return signatureBaseString(method, url, [...pairs, ...(isForm ? new URLSearchParams(body) : [])])
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
