-- expand
-- A brand is found by its owner; nothing looks for it by its id alone. As a second index that begins with the organization the constraint
-- only tempted plans that were made while there were few brands: they read every brand of the organization. Older servers need it no more.

alter table brands drop constraint brands_id_unique;
