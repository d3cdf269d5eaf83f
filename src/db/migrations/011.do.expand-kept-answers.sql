-- expand
-- Every request with an Idempotency-Key adds a row here. The foreign key would take a lock of the organization's row each time, which
-- simultaneous requests of one organization then share at the price of a multixact; a row is only ever written for the organization that the
-- same request was admitted to. An answer of some kilobytes stays in its row, which saves a second table and index per answer.

alter table idempotency_keys drop constraint idempotency_keys_organization_id_fkey;
alter table idempotency_keys set (toast_tuple_target = 8160);
