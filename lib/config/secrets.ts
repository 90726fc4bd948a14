import { invalid } from './invalid.js'

const minimumLength = 32

// Words of documentation and of samples, without what separates them.
const samples = /change(?:me|this)|replace(?:me|this)|your(?:own)?secret|insert(?:your|secret)|placeholder|keyboardcat/

/**
 * Checks a secret that everything is sealed with. No message quotes it.
 * @throws AuthError `config_invalid` for one that is too short, a pattern, or copied out of an example
 */
export function checkSecret(secret: string, path: string): string {
  const problem = weakness(secret)
  if (problem !== undefined) {
    throw invalid(
      path,
      `${problem}: write at least ${String(minimumLength)} random characters, such as those that ` + '`openssl rand -base64 32` prints.',
    )
  }
  return secret
}

function weakness(secret: string): string | undefined {
  if (secret.length < minimumLength) return `is shorter than ${String(minimumLength)} characters`
  if (new Set(secret).size < 6 || isPattern(secret)) return 'is easy to guess, as it repeats itself'
  return samples.test(secret.toLowerCase().replace(/[^a-z0-9]/g, '')) ? 'is the sample of an example' : undefined
}

/** Whether a block of at most eight characters is repeated to the end. */
function isPattern(secret: string): boolean {
  return [1, 2, 3, 4, 5, 6, 7, 8].some((length) => secret.slice(length) === secret.slice(0, -length))
}
