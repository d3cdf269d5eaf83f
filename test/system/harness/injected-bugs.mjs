/**
 * @typedef {{ statement: RegExp, find: RegExp, replace: string, isOptional?: boolean }} SqlBug a statement by its name, and
 *   what is taken out of its text on the way to the database; not every statement need have it where it is optional
 * @typedef {{ file: string, find: string, put: string, isElsewhere?: boolean }} CodeBug `file` is the end of a built file's path;
 *   isElsewhere: it is no instance of the environment that loads it, but a process that the goal starts itself
 * @typedef {{ name: string, sql?: SqlBug[], code?: CodeBug[], setUp?: string,
 *   env?: Record<string, string> }} InjectedBug
 *   one way of breaking the server that a goal must notice
 */

/** Keeps each answer under a name that nobody asks for: the server forgets every Idempotency-Key. */
export const forgetsKeys = {
  name: 'keys are forgotten',
  sql: [
    {
      statement: /_kept$/,
      find: /(insert into idempotency_keys[\s\S]*?select s\.organization_id, \$\d+, \$\d+, \$\d+, )(\$\d+)(, 'kept')/,
      replace: '$1 $2::text || md5(random()::text)$3',
    },
  ],
}
