-- When a refused write is tried again by itself, and how long it has waited for that. Null: not by time, or it is open.
alter table export_state add column retry_at timestamptz, add column retry_seconds integer;
alter table export_link add column retry_at timestamptz, add column retry_seconds integer;

-- What was refused before there was a time for it gets its first try now.
update export_state set retry_at = now() where problem is not null;
update export_link set retry_at = now() where refused;

create index export_state_retry on export_state (retry_at) where retry_at is not null;
create index export_link_retry on export_link (retry_at) where retry_at is not null;

-- To find ours among the objects that the tenant names in a refusal.
create index if not exists export_state_entra_id on export_state (entra_id) where entra_id is not null;
create index if not exists export_state_problem_code on export_state ((problem ->> 'code')) where problem is not null;
create index if not exists export_link_problem_code on export_link ((problem ->> 'code')) where problem is not null;
