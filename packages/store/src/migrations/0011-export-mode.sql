-- Whether exporters write to the tenant, for all of them together, and what they have still to write.

-- The newest row is in force. None: nobody has ever set anything, and exporters write.
create table export_mode_change (
  id bigint generated always as identity primary key,
  mode text not null check (mode in ('export', 'staging')),
  at timestamptz not null default clock_timestamp(),
  -- The name of an API key.
  set_by text not null,
  reason text not null
);

-- The exporters that run, as they have told themselves.
create table exporter (
  id uuid primary key,
  host text not null,
  process_id integer not null,
  -- Its environment says staging, whatever is set here.
  forced boolean not null,
  mode text not null,
  seen_at timestamptz not null default clock_timestamp()
);

-- Page by page, what is to be written, with what the tenant has refused.
create index export_object_unwritten on export_object (entry_id) where desired_revision > exported_revision;

-- Which account of the tenant may be taken over.
create index tenant_object_immutable_id on tenant_object (immutable_id) where immutable_id is not null;
