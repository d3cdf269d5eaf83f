/** What a key ring says of itself (`KeyRing.checks`). */
export interface KeyChecks {
  pepper: string
  active: string
  all: readonly string[]
}

/**
 * Why the configured keys are not those that the data was written with, one sentence each; empty when they are. Serving
 * with others would answer 401 to every API key and mix two keys under one id.
 *
 * @param noted what earlier starts noted in the database.
 */
export function keyProblems(noted: readonly string[], checks: KeyChecks): string[] {
  const problems: string[] = []
  const peppers = noted.filter((name) => name.startsWith('pepper:'))
  if (peppers.length > 0 && !peppers.includes(checks.pepper)) {
    problems.push('KEY_PEPPER is not the one that the API keys in this database were stored with.')
  }
  for (const name of noted) {
    const [kind, id = ''] = name.split(':')
    if (kind !== 'sealing_key' || checks.all.includes(name)) continue
    const isOther = checks.all.some((known) => known.startsWith(`sealing_key:${id}:`))
    problems.push(
      isOther
        ? `The sealing key "${id}" is not the one of that name that the data was sealed with.`
        : `The sealing key "${id}", which the data was sealed with, is not configured.`,
    )
  }
  return problems
}
