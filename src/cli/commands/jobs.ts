import type { Command } from 'commander'
import { LISTED_MAX, listJobs, retryParkedJobs } from '../../jobs/operator.store.ts'
import { orgOption, uuidArgument } from '../arguments.ts'
import { notFound, usage } from '../command-failure.ts'
import { withInstallation } from '../installation.ts'
import { chosenOrganization } from '../organization-choice.ts'
import { type Output, toTable } from '../output.ts'

interface OrgOptions {
  org?: string
}

async function list(output: Output, { org, parked }: OrgOptions & { parked?: true }): Promise<void> {
  const jobs = await withInstallation({ mayCreate: false }, async (installation) => {
    const { organization_id } = await chosenOrganization(installation, org)
    return listJobs(installation.db, organization_id, { isParked: parked === true })
  })
  const rows = jobs.map(({ id, kind, subject_id, state, attempts, due_at }) => [
    id,
    kind,
    subject_id,
    state,
    String(attempts),
    due_at,
  ])
  output.result(jobs, toTable(['ID', 'KIND', 'SUBJECT', 'STATE', 'ATTEMPTS', 'DUE'], rows))
  if (jobs.length === LISTED_MAX) output.note(`Only the first ${LISTED_MAX} jobs are shown.`)
}

async function retry(output: Output, { org, id, all }: OrgOptions & { id?: string; all?: true }): Promise<void> {
  if ((id === undefined) === (all === undefined)) throw usage('Give either --id or --all.')
  const retried = await withInstallation({ mayCreate: false }, async (installation) => {
    const { organization_id } = await chosenOrganization(installation, org)
    return retryParkedJobs(installation.db, organization_id, id ?? null)
  })
  if (id !== undefined && retried.length === 0) throw notFound(`The organization has no parked job ${id}.`)
  output.result(retried, [`${retried.length} parked jobs run again.`])
}

/** `letterhead jobs …`: background work that has not ended, and what waits for a person. */
export function addJobs(program: Command, output: Output): void {
  const jobs = program.command('jobs').description('background work that has not ended')
  jobs
    .command('list')
    .description('list the jobs of an organization, those due longest first')
    .addOption(orgOption())
    .option('--parked', 'only those that failed eight times and wait for a person')
    .action((options: OrgOptions & { parked?: true }) => list(output, options))
  jobs
    .command('retry')
    .description('let parked jobs run again, once the cause of their failure is gone')
    .addOption(orgOption())
    .option('--id <id>', 'the parked job', uuidArgument)
    .option('--all', 'every parked job of the organization')
    .action((options: OrgOptions & { id?: string; all?: true }) => retry(output, options))
}
