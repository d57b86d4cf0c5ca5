create table run (
  id uuid primary key default gen_random_uuid(),
  connector text not null,
  mode text not null check (mode in ('full', 'delta')),
  state text not null default 'queued' check (state in ('queued', 'running', 'completed', 'failed')),
  trigger text not null,
  requested_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  ended_at timestamptz,
  pages integer not null default 0,
  reported integer not null default 0,
  staged integer not null default 0,
  deleted integer not null default 0,
  error text
);

create index run_newest on run (requested_at desc, id desc);
create unique index run_queued on run (connector, mode) where state = 'queued';

-- Why is this object as it is: one line for each step that touched it, oldest first.
create table journal (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  connector text,
  object_guid uuid,
  entry_id uuid,
  run_id uuid,
  step text not null,
  detail jsonb not null default '{}'
);

create index journal_object on journal (object_guid, id) where object_guid is not null;
create index journal_entry on journal (entry_id, id) where entry_id is not null;
