/** The URLs at which the application is reached, behind a balancer by `AUTH_BASE_URL`: its identity providers have to know them. */
export function urlsAt(port: number): string[] {
  const [baseUrl] = (process.env['AUTH_BASE_URL'] ?? '').split(',')
  return [`http://localhost:${String(port)}`, `http://127.0.0.1:${String(port)}`, ...(baseUrl ? [baseUrl.trim().replace(/\/$/, '')] : [])]
}
