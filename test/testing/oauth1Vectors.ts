import { readFileSync } from 'node:fs'
import type { SignatureMethod } from '../../testing/oauth1Verifier.js'

export interface HmacRow {
  name: string
  method: string
  url: string
  params_beyond_query: [string, string][]
  consumer_secret: string
  token_secret: string
  base_string: string
  signature_method: SignatureMethod
  signature: string
}

type SignedRow = { base_string: string; consumer_secret: string; token_secret: string } & Partial<Record<SignatureMethod, string>>
type RsaRow = { base_string: string; private_key_pem?: string } & Partial<Record<SignatureMethod, string>>

interface Vectors {
  oauth1: {
    percent_encoding: { rows: { in: string; out: string }[] }
    base_string_uri: { rows: [string, string][]; errors: string[] }
    normalized_parameters: { params: [string, string][]; out: string }[]
    hmac: HmacRow[]
    hmac_over_given_base_string: SignedRow[]
    plaintext: { consumer_secret: string; token_secret: string; signature: string; header_value?: string }[]
    rsa: RsaRow[]
    authorization_header: { params: [string, string][]; out: string }[]
  }
}

/** The collected vectors for OAuth 1.0a. */
export const { oauth1 } = JSON.parse(readFileSync(new URL('../vectors.json', import.meta.url), 'utf8')) as Vectors
