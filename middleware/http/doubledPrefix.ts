/**
 * Tells once of a router that is mounted at the prefix of its own routes, as other packages want it: they are then at that prefix twice,
 * and nothing is found where it is looked for.
 *
 * @param prefix of the routes, such as `/auth`
 * @returns what takes each request's `mountedAt`; it costs a stranger's request one comparison
 */
export function doubledPrefix(prefix: string, warn: (message: string) => void): (mounted: string) => void {
  let isTold = false
  return (mounted) => {
    if (isTold || mounted === '' || !mounted.endsWith(prefix)) return
    isTold = true
    warn(
      `The router is mounted at ${mounted}, and its routes begin with ${prefix} by themselves: they are at ${mounted}${prefix} now. `
        + 'Mount it with app.use(auth), or leave out that part of the path.',
    )
  }
}
