-- expand
-- Jobs are claimed by turns of their organizations, which are found by skipping from one to the next. Those of receivers have
-- an index of their own.
create index jobs_by_organization on jobs (organization_id, due_at) where kind not in ('deliver_webhook', 'deliver_callback');
