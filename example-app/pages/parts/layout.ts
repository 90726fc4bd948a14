import type { AuthUser } from 'authrouter'
import { html, textOf, type Html } from './html.js'

export type User = AuthUser | undefined

/** Every page: a bar with who is signed in, and what the page has to say. */
export function page(title: string, user: User, content: Html): string {
  return textOf(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${title} · authrouter example</title>
          <link rel="stylesheet" href="/style.css" />
          <link rel="icon" href="/icon.svg" />
        </head>
        <body>
          <a class="skip" href="#content">To the content</a>
          <header>
            <a class="brand" href="/">authrouter example</a>
            ${user ? navigation(title) : undefined}
          </header>
          <main id="content">${content}</main>
          <footer>
            Served by <code>example-app/app.ts</code>: a small Express application behind one <code>app.use(authRouter(…))</code>.
          </footer>
        </body>
      </html>`,
  )
}

const places = [
  ['/dashboard', 'Dashboard'],
  ['/projects', 'Projects'],
  ['/accounts', 'Accounts'],
  ['/your-data', 'Your data'],
] as const

function navigation(current: string): Html {
  return html`<nav aria-label="Pages">
      ${places.map(([url, name]) => html`<a href="${url}" ${name === current ? html` aria-current="page"` : undefined}>${name}</a>`)}
    </nav>
    <form method="post" action="/auth/logout"><button class="button">Sign out</button></form>`
}
