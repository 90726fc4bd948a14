/** What came of an order: what the program gave, or what went wrong. */
export interface Obeyed {
  id: number
  value?: unknown
  error?: string
}

export type FromChild = Obeyed | { ready: unknown }

/**
 * For a program that `startChild` runs: says that it is ready, and from then on does what it is told, until its parent lets it go.
 * @param ready what the parent is to know of it
 */
export function obeyOrders<Order>(obey: (order: Order) => Promise<unknown>, ready: unknown = null): void {
  // The parent started this process; there is always someone to tell.
  const tell = (message: FromChild): void => {
    process.send?.(message)
  }
  process.on('message', ({ id, order }: { id: number; order: Order }) => {
    obey(order).then(
      (value) => {
        tell({ id, value })
      },
      (error: unknown) => {
        tell({ id, error: error instanceof Error ? `${String((error as { code?: unknown }).code ?? '')} ${error.message}` : String(error) })
      },
    )
  })
  process.on('disconnect', () => {
    process.exit()
  })
  tell({ ready })
}
