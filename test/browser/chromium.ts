import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable']

/** Where Chromium is on this machine, if anywhere; `CHROMIUM_PATH` wins. In CI it has to be there. */
export function findChromium(): string | undefined {
  const found = process.env['CHROMIUM_PATH'] ?? places.find((path) => existsSync(path))
  if (found === undefined && process.env['CI']) throw new Error('The browser tests need Chromium, and in CI it has to be there: apt-get install chromium')
  return found
}

export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}
