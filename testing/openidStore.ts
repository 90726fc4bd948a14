import type { AdapterFactory, AdapterPayload, ClientMetadata } from 'oidc-provider'

/**
 * Makes the storage of the server: a map in memory, which is gone when the process ends.
 *
 * @param clients who may ask for a login, by client identifier; looked at anew for each request, so that clients can come later
 */
export function openidStore(clients: ReadonlyMap<string, ClientMetadata>): AdapterFactory {
  const records = new Map<string, { model: string; payload: AdapterPayload; expiresAt: number }>()

  const dropWhere = (condition: (payload: AdapterPayload, expiresAt: number) => boolean) => {
    for (const [key, { payload, expiresAt }] of records) {
      if (condition(payload, expiresAt)) records.delete(key)
    }
  }

  return (model) => {
    const key = (id: string) => `${model}:${id}`
    const firstWhere = (condition: (payload: AdapterPayload) => boolean) =>
      [...records.values()].find((record) => record.model === model && condition(record.payload))?.payload

    return {
      async upsert(id, payload, expiresIn = Infinity) {
        dropWhere((_, expiresAt) => expiresAt <= Date.now())
        records.set(key(id), { model, payload, expiresAt: Date.now() + expiresIn * 1000 })
      },
      async find(id) {
        return model === 'Client' ? clients.get(id) : records.get(key(id))?.payload
      },
      async findByUid(uid) {
        return firstWhere((payload) => payload.uid === uid)
      },
      async findByUserCode(userCode) {
        return firstWhere((payload) => payload.userCode === userCode)
      },
      async consume(id) {
        const record = records.get(key(id))
        if (record !== undefined) record.payload.consumed = Math.floor(Date.now() / 1000)
      },
      async destroy(id) {
        records.delete(key(id))
      },
      async revokeByGrantId(grantId) {
        dropWhere((payload) => payload.grantId === grantId)
      },
    }
  }
}
