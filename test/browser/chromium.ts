import { chromium, type Browser } from 'playwright-core'
import { findChromium } from '../support/parts.js'

/** @throws Error where there is no Chromium: a test that did not run says nothing */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined)
    throw new Error('The browser tests need Chromium: apt-get install chromium, or name it in CHROMIUM_PATH')
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
