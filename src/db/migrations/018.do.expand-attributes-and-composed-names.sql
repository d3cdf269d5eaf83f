-- expand
-- What a campaign says of itself for the registry, by member: true or false. A member that was not given is not in it.

alter table campaigns add column attributes jsonb;

-- Names are kept in NFC, and a search is brought to it: names that were written decomposed before would no longer be found. Text has
-- the form only where the database keeps it as UTF-8.

update profiles set name = normalize(name, NFC)
  where getdatabaseencoding() = 'UTF8' and name is not nfc normalized;

update webhooks set display_name = normalize(display_name, NFC)
  where getdatabaseencoding() = 'UTF8' and display_name is not nfc normalized;
