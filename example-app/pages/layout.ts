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
          <header>
            <a class="brand" href="/">authrouter example</a>
            ${
              user
                ? html`<nav>
                    <a href="/profile">Profile</a><a href="/projects">Projects</a><a href="/overview">Overview</a>
                    <form method="post" action="/auth/logout"><button class="quiet">Sign out</button></form>
                  </nav>`
                : undefined
            }
          </header>
          <main>${content}</main>
          <footer>
            Served by <code>example-app/app.ts</code>: a small Express application behind one <code>app.use(authRouter(…))</code>.
          </footer>
        </body>
      </html>`,
  )
}
