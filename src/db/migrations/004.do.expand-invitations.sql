-- expand
-- Invitations stand on the user's own row: whatever ends one (an answer, a new token, the removal) then is one change of
-- one row, and no two of them can both win. The digest is keyed; the token lies sealed until its mail is sent, then goes.
-- A removed user's row stays, because history and keys refer to it; the e-mail address is free for another user.

alter table users add column invited_at timestamptz;
alter table users add column removed_at timestamptz;
alter table users add column invitation_digest text;
alter table users add column invitation_token text;
alter table users add column invitation_expires_at timestamptz;

alter table users drop constraint users_email_unique;
create unique index users_email_unique on users (organization_id, email) where removed_at is null;
create unique index users_invitation on users (organization_id, invitation_digest) where invitation_digest is not null;

create index api_keys_of_user on api_keys (organization_id, user_id);
