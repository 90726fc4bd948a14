import { text } from 'node:stream/consumers'
import type { InteractionResults, Provider } from 'oidc-provider'
import { chooserScreen, type Context, type Look } from './openidScreens.js'
import { findPerson, type Person } from './people.js'

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/**
 * Handles `/interaction/:uid`, where the server sends a browser that has to sign in and consent: shows the persons and
 * takes the answer.
 *
 * @param signInAs who is signed in at once, without a screen
 */
export function openidInteraction(provider: Provider, look: Look, signInAs: Person | undefined) {
  return async (ctx: Context, next: () => Promise<void>): Promise<void> => {
    if (!ctx.path.startsWith('/interaction/')) return next()
    const interaction = await provider.interactionDetails(ctx.req, ctx.res)
    const answer = ctx.method === 'POST' ? new URLSearchParams(await text(ctx.req)) : undefined
    const person = signInAs ?? findPerson(answer?.get('person') ?? '')

    if (answer?.has('deny')) {
      await finish(ctx, { error: 'access_denied', error_description: 'the person said no' })
    } else if (person !== undefined) {
      await forgetOtherPerson(interaction, person)
      await finish(ctx, await signedIn(interaction, person))
    } else {
      const client = await provider.Client.find(clientIdOf(interaction))
      chooserScreen(ctx, look, client?.clientName ?? clientIdOf(interaction), scopeOf(interaction).split(' '))
    }
  }

  async function finish(ctx: Context, result: InteractionResults): Promise<void> {
    const location = await provider.interactionResult(ctx.req, ctx.res, result)
    ctx.status = 303
    ctx.redirect(location)
  }

  async function signedIn(interaction: Interaction, person: Person): Promise<InteractionResults> {
    const grant = new provider.Grant({ accountId: person.id, clientId: clientIdOf(interaction) })
    grant.addOIDCScope(scopeOf(interaction))
    return { select_account: {}, login: { accountId: person.id }, consent: { grantId: await grant.save() } }
  }

  /** Without this the server would sign the other person out, and revoke what was granted to applications in that session. */
  async function forgetOtherPerson(interaction: Interaction, person: Person): Promise<void> {
    const { session } = interaction
    if (session?.accountId === undefined || session.accountId === person.id) return
    const stored = await provider.Session.findByUid(session.uid)
    delete interaction.session
    await interaction.save(interaction.exp - Math.floor(Date.now() / 1000))
    await stored?.destroy()
  }
}

function clientIdOf(interaction: Interaction): string {
  return String(interaction.params['client_id'])
}

function scopeOf(interaction: Interaction): string {
  const { scope } = interaction.params
  return typeof scope === 'string' ? scope : ''
}
