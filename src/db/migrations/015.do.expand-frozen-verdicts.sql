-- expand
-- What was frozen also says what became of it: when the registry took it, and why it was not approved. The same text is then not
-- ordered, and paid for, a second time.

alter table registration_snapshots add column taken_at timestamptz, add column verdict jsonb;
