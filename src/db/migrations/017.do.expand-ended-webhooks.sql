-- expand
-- When the account of a webhook ended with its profile. It is told of what was before, the end included, and of nothing later; a week
-- afterwards the row goes, and with it address and secret. Keys of a profile that ended are revoked with it.
alter table webhooks add column ended_at timestamptz;

update webhooks w set ended_at = p.deleted_at from profiles p
 where p.organization_id = w.organization_id and p.id = w.profile_id and p.deleted_at is not null;
update api_keys k set revoked_at = p.deleted_at from profiles p
 where p.organization_id = k.organization_id and p.id = k.profile_id and p.deleted_at is not null and k.revoked_at is null;

create index webhooks_ended on webhooks (ended_at) where ended_at is not null;

-- The sweeper runs as the nil organization. It sees and deletes webhooks that ended long ago, and no others.
create policy sweep_seen on webhooks for select using (ended_at < now() - interval '7 days' and current_setting('app.org', true) = '00000000-0000-0000-0000-000000000000');
create policy sweep_deleted on webhooks for delete using (ended_at < now() - interval '7 days' and current_setting('app.org', true) = '00000000-0000-0000-0000-000000000000');
