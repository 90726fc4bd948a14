import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { AuthError } from './errors.js'

/** What a sealed value is for; each purpose has keys of its own, so that one kind never opens as another. */
export type SealPurpose = 'transaction' | 'session' | 'tokens' | 'csrf' | 'log'

/** Seals and opens values: encrypted, authenticated, bound to a purpose, an application and a record. */
export interface Sealer {
  /**
   * Encrypts a JSON value into URL-safe text.
   * @param record where the value belongs (a cookie's name, a store's key): it opens nowhere else
   * @param options `compressed` for what is kept where nobody can watch its length change; `json` the value's JSON, where it is at hand
   * @throws AuthError `too_large` for what would not open again
   */
  seal(purpose: SealPurpose, record: string, value: unknown, options?: { compressed?: boolean; json?: string }): string
  /** The value again, or `undefined` for anything that is not ours: foreign, damaged, of another version, purpose or record. */
  open(purpose: SealPurpose, record: string, text: string): unknown
  /** A key for a keyed hash, derived from the current secret. */
  macKey(purpose: SealPurpose): Buffer
}

interface Key {
  id: Buffer
  secret: Buffer
}

const plainVersion = 1
const compressedVersion = 2
const keyIdBytes = 4
const ivBytes = 12
const tagBytes = 16
const headBytes = 1 + keyIdBytes + ivBytes
/** Bytes of the largest JSON text that opens again: it bounds the work that a hostile cookie can cause. */
export const maxSealed = 48 * 1024
const maxTextLength = Math.ceil(((headBytes + maxSealed + tagBytes) * 4) / 3)

/**
 * Makes a sealer from one or several secrets: the first seals, every one opens, so that a secret can be rotated.
 *
 * AES-256-GCM with a random 96-bit IV (NIST SP 800-38D) under HKDF-SHA256 keys (RFC 5869), one key a purpose. The text is
 * base64url of version (1 byte: 1 for JSON, 2 for deflated JSON), key id (4), IV (12), ciphertext, tag (16); version, purpose,
 * application and record are authenticated beside it.
 *
 * @param secrets each at least 32 characters; the current one first
 * @param appId tells apart two applications that share a secret
 */
export function createSealer(secrets: readonly string[], appId: string): Sealer {
  const keysOf = new Map<SealPurpose, Key[]>()

  function keys(purpose: SealPurpose): Key[] {
    let derived = keysOf.get(purpose)
    if (!derived) {
      derived = secrets.map((secret) => deriveKey(secret, purpose))
      keysOf.set(purpose, derived)
    }
    return derived
  }

  function currentKey(purpose: SealPurpose): Key {
    const key = keys(purpose)[0]
    if (!key) throw new Error('createSealer needs at least one secret')
    return key
  }

  function authenticated(version: number, purpose: SealPurpose, record: string): Buffer {
    return Buffer.from(JSON.stringify([version, purpose, appId, record]))
  }

  return {
    seal(purpose, record, value, { compressed = false, json: text = JSON.stringify(value) } = {}) {
      const version = compressed ? compressedVersion : plainVersion
      const json = Buffer.from(text)
      if (json.length > maxSealed)
        throw new AuthError('too_large', `What is to be kept of this sign-in is larger than ${String(maxSealed)} bytes.`)
      const key = currentKey(purpose)
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', key.secret, iv, { authTagLength: tagBytes })
      cipher.setAAD(authenticated(version, purpose, record))
      const hidden = Buffer.concat([cipher.update(compressed ? deflated(json) : json), cipher.final()])
      return Buffer.concat([Buffer.of(version), key.id, iv, hidden, cipher.getAuthTag()]).toString('base64url')
    },

    open(purpose, record, text) {
      if (text.length > maxTextLength) return undefined
      const blob = Buffer.from(text, 'base64url')
      // The decoder passes over left-over bits and foreign characters: only the one spelling of a blob is ours.
      if (blob.toString('base64url') !== text) return undefined
      const version = blob[0]
      if (blob.length < headBytes + tagBytes || (version !== plainVersion && version !== compressedVersion)) return undefined
      const keyId = blob.subarray(1, 1 + keyIdBytes)
      const key = keys(purpose).find((candidate) => candidate.id.equals(keyId))
      if (!key) return undefined
      try {
        const decipher = createDecipheriv('aes-256-gcm', key.secret, blob.subarray(1 + keyIdBytes, headBytes), { authTagLength: tagBytes })
        decipher.setAAD(authenticated(version, purpose, record))
        decipher.setAuthTag(blob.subarray(blob.length - tagBytes))
        const open = decipher.update(blob.subarray(headBytes, blob.length - tagBytes))
        // Throws unless everything is authentic; GCM holds nothing back that would come out here.
        decipher.final()
        const json = version === compressedVersion ? inflateRawSync(open, { maxOutputLength: maxSealed }) : open
        return JSON.parse(json.toString('utf8')) as unknown
      } catch {
        return undefined
      }
    },

    macKey(purpose) {
      return currentKey(purpose).secret
    },
  }
}

// zlib's memory is handed out and cleared by the system for each text: no more of it than the text can use.
function deflated(json: Buffer): Buffer {
  const windowBits = Math.min(Math.max(Math.ceil(Math.log2(json.length)), 9), 13)
  return deflateRawSync(json, { windowBits, memLevel: windowBits - 7, chunkSize: Math.max(json.length, 64) })
}

/**
 * Secrets for a library that signs by itself: other ones for each application and each purpose.
 * @param secrets the current one first
 */
export function derivedSecrets(secrets: readonly string[], appId: string, purpose: string): string[] {
  return secrets.map((secret) =>
    Buffer.from(hkdfSync('sha256', secret, 'authrouter/v1', JSON.stringify([purpose, appId]), 32)).toString('base64url'),
  )
}

function deriveKey(secret: string, purpose: SealPurpose): Key {
  const key = Buffer.from(hkdfSync('sha256', secret, 'authrouter/v1', purpose, 32))
  return { secret: key, id: createHash('sha256').update(key).digest().subarray(0, keyIdBytes) }
}
