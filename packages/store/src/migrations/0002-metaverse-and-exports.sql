-- The metaverse, and what the tenant should have beside what it was last confirmed to have.

create table metaverse_entry (
  id uuid primary key default gen_random_uuid(),
  object_type text not null,
  source_anchor text not null unique,
  attributes jsonb not null,
  -- What keeps the entry from the tenant, or from being there as it is. Empty: nothing.
  problems jsonb not null default '[]',
  problems_since timestamptz,
  updated_at timestamptz not null default now()
);

create index metaverse_entry_problems on metaverse_entry (id) where problems <> '[]';

-- Written by transform in short transactions; only the two revisions below are the exporter's.
create table export_object (
  entry_id uuid primary key references metaverse_entry (id),
  object_type text not null,
  source_anchor text not null,
  desired_present boolean not null,
  desired jsonb not null,
  desired_revision bigint not null default 1,
  desired_at timestamptz not null default now(),
  exported_revision bigint not null default 0,
  -- The tenant refused this revision: it is in quarantine until the data change or the retry is due.
  refused_revision bigint not null default 0
);

create index export_object_pending on export_object (desired_at)
  where desired_revision > greatest(exported_revision, refused_revision);
create index export_object_deletes on export_object (entry_id)
  where not desired_present and desired_revision > greatest(exported_revision, refused_revision);

-- What the tenant has. The exporter holds this row's lock while it writes to Graph, so that no two
-- exporters work on one object, and a dead one holds nothing. Transform never waits for it.
create table export_state (
  entry_id uuid primary key references metaverse_entry (id),
  exported jsonb,
  entra_id uuid,
  entra_state text not null default 'absent' check (entra_state in ('absent', 'present', 'deleted')),
  exported_at timestamptz,
  deleted_at timestamptz,
  problem jsonb,
  problem_since timestamptz,
  -- When the tenant last refused it; the next try is counted from here.
  refused_at timestamptz
);

create index export_state_problem on export_state (entry_id) where problem is not null;
create index export_state_deleted on export_state (deleted_at) where deleted_at is not null;

create table export_link (
  source_entry uuid not null,
  attribute text not null,
  target_entry uuid not null,
  desired boolean not null,
  exported boolean not null default false,
  refused boolean not null default false,
  problem jsonb,
  problem_since timestamptz,
  refused_at timestamptz,
  primary key (source_entry, attribute, target_entry)
);

create index export_link_pending on export_link (source_entry) where desired <> exported and not refused;
create index export_link_waiting on export_link (target_entry) where desired <> exported and not refused;
create index export_link_target on export_link (target_entry);
create index export_link_problem on export_link (source_entry) where problem is not null;
