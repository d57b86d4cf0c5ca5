-- The confirming import: how far the tenant's changes were read, and what in it is not as it was written.

-- One row for each type of object. It moves only together with what its page has told.
create table confirming_round (
  object_type text primary key check (object_type in ('user', 'group')),
  -- Where the next page is or, after a complete round, where the next round begins. Null: with everything.
  link text,
  complete boolean not null default false,
  -- A full round tells of everything: what it does not tell is not there.
  is_full boolean not null default true,
  -- What the link tells changes of.
  attributes text[] not null,
  -- Those of them that the tenant does not know, and that it therefore tells nothing of.
  unknown text[] not null default '{}',
  begun_at timestamptz not null default now(),
  -- The newest line of the journal when it began: what was written since, it may have told of too early.
  begun_journal bigint not null default 0,
  told bigint not null default 0,
  completed_at timestamptz,
  full_completed_at timestamptz
);

-- What the full round under way has told of our objects, and of their references.
create table confirming_seen (
  entry_id uuid primary key
);

create table confirming_seen_reference (
  source_entry uuid not null,
  attribute text not null,
  target_entra_id uuid not null,
  primary key (source_entry, attribute, target_entra_id)
);

-- When the tenant last told an object to be as it was written. Not in export_state: the exporter holds its rows for
-- as long as it writes, and whoever holds one for a moment only would make an exporter pass it over.
create table export_confirmation (
  entry_id uuid primary key,
  confirmed_at timestamptz not null
);

-- The tenant has told something else of these than was written. It may be late, so they are read for themselves.
create table drift_suspect (
  entry_id uuid primary key,
  due_at timestamptz not null,
  -- When it was last told. An answer that contradicts it soon after may be of before.
  doubted_at timestamptz not null default now(),
  -- When it was first found neither there nor in the bin.
  gone_at timestamptz
);

create index drift_suspect_due on drift_suspect (due_at);

-- The same for references.
create table drift_reference_suspect (
  source_entry uuid not null,
  attribute text not null,
  target_entra_id uuid not null,
  -- What was told: it is there, or it is not.
  present boolean not null,
  due_at timestamptz not null,
  primary key (source_entry, attribute, target_entra_id)
);

create index drift_reference_suspect_due on drift_reference_suspect (due_at);
create index drift_reference_suspect_target on drift_reference_suspect (target_entra_id);

create table drift (
  id bigint generated always as identity primary key,
  entry_id uuid not null references metaverse_entry (id),
  kind text not null check (kind in ('attribute', 'vanished', 'returned', 'reference-added', 'reference-removed')),
  -- Null where the whole object is meant.
  attribute text,
  target_entra_id uuid,
  -- Null: the other end is no object of ours.
  target_entry uuid,
  expected jsonb,
  found jsonb,
  action text not null check (action in ('put-back', 'reported', 'held', 'contested', 'accepted')),
  -- Whether it counts where it is asked how often the value was put back. What a person decides begins anew.
  counts boolean not null default true,
  since timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  decided_by text,
  ended_at timestamptz
);

create unique index drift_open_key on drift
  (entry_id, kind, coalesce(attribute, ''), coalesce(target_entra_id, '00000000-0000-0000-0000-000000000000'))
  where ended_at is null;
create index drift_open on drift (id) where ended_at is null;
create index drift_thing on drift
  (entry_id, kind, coalesce(attribute, ''), coalesce(target_entra_id, '00000000-0000-0000-0000-000000000000'));

-- To notice an attribute that was not written before.
create index export_state_exported_at on export_state (exported_at);
