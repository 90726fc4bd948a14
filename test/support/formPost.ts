import type { Browser, Page } from './browser.js'

/** The hidden fields of a page's form, and where it posts them. */
export function postedForm({ body }: Page): { action: string; fields: Record<string, string> } {
  const fields = [...body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
  return {
    action: unescaped(/<form method="post" action="([^"]*)"/.exec(body)?.[1] ?? ''),
    fields: Object.fromEntries(fields.map(([, name = '', value = '']) => [unescaped(name), unescaped(value)])),
  }
}

/**
 * Does what a browser with scripts does with a form that a provider answers with (`response_mode=form_post`): posts it across sites, and
 * once more from our own page.
 * @param change of the fields on their way
 */
export async function submitted(
  browser: Browser,
  provided: Page,
  change: (fields: Record<string, string>) => Record<string, string> = (fields) => fields,
): Promise<Page> {
  const { action, fields } = postedForm(provided)
  const repost = await browser.go(action, { method: 'POST', form: change(fields), headers: { 'sec-fetch-site': 'cross-site' } })
  const again = postedForm(repost)
  return browser.go(new URL(again.action, action).href, {
    method: 'POST',
    form: again.fields,
    headers: { 'sec-fetch-site': 'same-origin' },
  })
}

function unescaped(text: string): string {
  return text
    .replace(/&#(x?)([\da-f]+);/gi, (_whole, hex: string, code: string) => String.fromCodePoint(parseInt(code, hex ? 16 : 10)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
