import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable']

/**
 * Where Chromium is on this machine; `CHROMIUM_PATH` wins.
 * @throws Error where there is none: a test that did not run says nothing
 */
function findChromium(): string {
  const found = process.env['CHROMIUM_PATH'] ?? places.find((path) => existsSync(path))
  if (found === undefined) throw new Error('The browser tests need Chromium: apt-get install chromium, or name it in CHROMIUM_PATH')
  return found
}

export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}
