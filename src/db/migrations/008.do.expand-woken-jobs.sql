-- expand
-- A job that is woken while a worker holds it is looked at again when that worker is done, not when its lease ends.

alter table jobs add column woken boolean not null default false;
