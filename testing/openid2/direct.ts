import { textReply, type Reply } from '../http.js'
import { associationTypes, equalSignatures, signatureOf, type AssociationType } from './associations.js'
import { sessionTypes, type Context, type SessionType } from './context.js'
import { wrapSecret } from './diffieHellman.js'
import { keyValueForm, openid2Namespace, type Message } from './message.js'

/** Answers `associate` (OpenID Authentication 2.0 section 8). */
export function answerAssociate(context: Context, message: Message): Reply {
  const { associations } = context
  const [type, sessionType] = [message.get('assoc_type') ?? '', message.get('session_type') ?? '']
  if (!isAssociationType(type) || !isSessionType(sessionType) || !context.sessionTypes.includes(sessionType) || !fit(type, sessionType)) {
    return unsupported(context)
  }
  const given = associations.share(type)
  const { secret } = given.association
  const answer = { assoc_handle: given.handle, session_type: sessionType, assoc_type: type, expires_in: String(associations.lifetime) }
  if (sessionType === 'no-encryption') return directReply(200, { ...answer, mac_key: secret.toString('base64') })

  const exchange = {
    modulus: message.get('dh_modulus'),
    generator: message.get('dh_gen'),
    consumerPublic: message.get('dh_consumer_public') ?? '',
  }
  const wrapped = wrapSecret(exchange, sessionType === 'DH-SHA1' ? 'sha1' : 'sha256', secret)
  if (!wrapped) return directError('The values of the Diffie-Hellman exchange cannot be used.')
  return directReply(200, { ...answer, dh_server_public: wrapped.serverPublic, enc_mac_key: wrapped.wrapped })
}

/** Answers `check_authentication` (section 11.4.2): is an assertion this provider's, and asked about for the first time? */
export function answerCheckAuthentication({ associations }: Context, message: Message): Reply {
  const [handle, signed, sig] = [message.get('assoc_handle'), message.get('signed'), message.get('sig')]
  if (handle === undefined || signed === undefined || sig === undefined) {
    return directError('There must be assoc_handle, signed and sig, as in the assertion.')
  }
  // Nothing that a shared association has signed is confirmed: whoever shares it could have signed it themselves.
  const association = associations.takePrivate(handle)
  const fields = new Map(message).set('mode', 'id_res')
  const isValid = association !== undefined && equalSignatures(signatureOf(association, fields, signed.split(',')), sig)
  const doubted = message.get('invalidate_handle')
  const invalid = doubted === undefined || associations.isShared(doubted) ? {} : { invalidate_handle: doubted }
  return directReply(200, { is_valid: String(isValid), ...invalid })
}

/** Tells a relying party what is wrong with its request (section 5.1.2.2). */
export function directError(problem: string, more: Record<string, string> = {}): Reply {
  return { ...directReply(400, { error: problem, ...more }), problem }
}

/** Names what would have been possible, if anything is (section 8.2.4). */
function unsupported(context: Context): Reply {
  const [sessionType] = context.sessionTypes
  const possible = sessionType && { session_type: sessionType, assoc_type: sessionType === 'DH-SHA1' ? 'HMAC-SHA1' : 'HMAC-SHA256' }
  return directError('No association of these types is made here.', { error_code: 'unsupported-type', ...possible })
}

function directReply(status: number, fields: Record<string, string>): Reply {
  return { ...textReply(status, ''), body: keyValueForm(Object.entries({ ns: openid2Namespace, ...fields })) }
}

/** The hash of the exchange must be as long as the secret that it hides (section 8.4.2). */
function fit(type: AssociationType, sessionType: SessionType): boolean {
  return sessionType === 'no-encryption' || sessionType.slice('DH-'.length) === type.slice('HMAC-'.length)
}

function isAssociationType(text: string): text is AssociationType {
  return Object.hasOwn(associationTypes, text)
}

function isSessionType(text: string): text is SessionType {
  return sessionTypes.some((type) => type === text)
}
