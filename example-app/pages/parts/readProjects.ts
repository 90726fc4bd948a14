/** A project as the page shows it; what a provider does not tell is absent. */
export interface Project {
  name: string
  description?: string
  language?: string
  stars?: number
  updatedAt?: Date
}

/** Reads the answer of a projects API: a list, or an object that has it under `projects`. What is not a project is left out. */
export function readProjects(data: unknown): Project[] {
  const list = isRecord(data) ? data['projects'] : data
  return Array.isArray(list) ? list.map(readProject).filter((project) => project !== undefined) : []
}

function readProject(value: unknown): Project | undefined {
  if (!isRecord(value) || typeof value['name'] !== 'string') return undefined
  const { name, description, language, stars, updatedAt } = value
  return {
    name,
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof language === 'string' ? { language } : {}),
    ...(typeof stars === 'number' ? { stars } : {}),
    ...(typeof updatedAt === 'string' && !Number.isNaN(Date.parse(updatedAt)) ? { updatedAt: new Date(updatedAt) } : {}),
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
