-- Changes of Active Directory itself that somebody has asked for, to mend what readiness found.
create table fix_run (
  id uuid primary key default gen_random_uuid(),
  connector text not null,
  requested_by text not null,
  requested_at timestamptz not null default clock_timestamp(),
  state text not null default 'queued' check (state in ('queued', 'running', 'completed', 'failed')),
  started_at timestamptz,
  ended_at timestamptz,
  -- The run that this one takes back.
  undo_of uuid references fix_run (id) on delete set null,
  error text
);

create index fix_run_newest on fix_run (requested_at desc, id desc);
create index fix_run_active on fix_run (connector, requested_at) where state in ('queued', 'running');

create table fix (
  fix_run uuid not null references fix_run (id) on delete cascade,
  position integer not null,
  object_guid uuid not null,
  -- As it was when the fix was asked for, and from when it is begun as it was then.
  dn text not null,
  attribute text not null,
  action text not null check (action in ('replace', 'remove-value', 'clear', 'add-value')),
  from_value text,
  to_value text,
  state text not null default 'pending' check (state in ('pending', 'applied', 'changed-meanwhile', 'refused', 'gone')),
  message text,
  -- One change record of LDIF. While the fix is pending: it was begun, and may have been written. Applied without it: the
  -- directory had the value already.
  undo_ldif text,
  applied_at timestamptz,
  primary key (fix_run, position)
);

create index fix_pending on fix (fix_run, position) where state = 'pending';
create index fix_object on fix (object_guid);
