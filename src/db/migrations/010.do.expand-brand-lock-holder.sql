-- expand
-- What holds the lock of a brand: the snapshot that was frozen with it. Only that run gives it back before it was submitted.

alter table brands add column locked_by uuid;
