/** A request that the demo provider has answered; `path` has no query. */
export interface OpenidRequest {
  method: string
  path: string
  status: number
}
