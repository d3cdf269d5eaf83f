-- expand
-- PostgreSQL reads the text of a CHECK anew in every statement that writes its table, and a foreign key is a look-up of its own with a lock
-- on the row that it finds. On the tables that every change writes they took a quarter of the statement. The billing model is judged
-- where a request is read, the other words are closed types and literals of the program; a row of history is inserted from what the
-- write of its profile returned, and the server may delete no profile.

alter table profiles drop constraint profiles_status, drop constraint profiles_billing_model;
alter table brands drop constraint brands_lock;
alter table idempotency_keys drop constraint idempotency_keys_state;
alter table profile_history drop constraint profile_history_actor, drop constraint profile_history_profile;
