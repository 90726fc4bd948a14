import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certified {
  cert: string
  key: string
}

/** Makes certificates for a test by the `openssl` command; each lives for two days. */
export interface Authority extends Certified {
  /** File of the authority's own certificate, for `NODE_EXTRA_CA_CERTS`. */
  file: string
  /** A certificate of this authority, for this machine. */
  issue: (name: string) => Certified
  /** A certificate that nobody vouches for. */
  selfSigned: (name: string) => Certified
  remove: () => void
}

export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'authrouter-certificates-'))
  let made = 0
  const make = (name: string, more: string[]): Certified & { file: string; keyFile: string } => {
    const file = join(folder, `${String(made)}.pem`)
    const keyFile = join(folder, `${String(made++)}.key`)
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
        '-keyout',
        keyFile,
        '-out',
        file,
        ...more,
      ],
      { stdio: 'pipe' },
    )
    return { cert: readFileSync(file, 'utf8'), key: readFileSync(keyFile, 'utf8'), file, keyFile }
  }
  const ours = ['-addext', 'subjectAltName=IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE']
  const { cert, key, file, keyFile } = make('Test authority', [])
  return {
    cert,
    key,
    file,
    issue: (name) => make(name, [...ours, '-CA', file, '-CAkey', keyFile]),
    selfSigned: (name) => make(name, ours),
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
