-- The connector space: our staged copy of each connected directory, and how far each import has come.

create table connector (
  name text primary key,
  naming_context text not null,
  created_at timestamptz not null default now()
);

-- One row for each naming context. The row moves only together with the objects of its page.
create table cookie (
  connector text not null,
  naming_context text not null,
  cookie bytea not null,
  server text not null,
  invocation_id text,
  -- The full import that these pages belong to. Objects and links that a finished full import has not
  -- touched have vanished from the directory.
  generation bigint not null,
  -- True from a full import's first page to its last: an importer that takes over goes on with it.
  full_import boolean not null,
  advanced_at timestamptz not null default now(),
  primary key (connector, naming_context)
);

create table staged_object (
  connector text not null,
  object_guid uuid not null,
  dn text not null,
  parent_guid uuid,
  object_class text not null,
  deleted boolean not null default false,
  attributes jsonb not null,
  generation bigint not null,
  revision bigint not null default 1,
  synchronised_revision bigint not null default 0,
  -- The revision with which it was last staged as deleted. Synchronisation may see it only when it lives again.
  deleted_revision bigint not null default 0,
  -- The metaverse entry that this object is joined to. Null: a disconnector.
  entry_id uuid,
  -- Why an object that is in scope has no entry.
  problem jsonb,
  staged_at timestamptz not null default now(),
  -- No index begins with the connector: a database that is being filled has no statistics yet, and the planner
  -- would take "the rows of this connector" for few, and read all of them for each message.
  primary key (object_guid, connector)
);

create index staged_object_pending on staged_object (staged_at) where revision > synchronised_revision;
create index staged_object_deleted on staged_object (entry_id) where deleted and revision > synchronised_revision;
create index staged_object_parent on staged_object (parent_guid);
create index staged_object_problem on staged_object (object_guid) where problem is not null;
create index staged_object_entry on staged_object (entry_id);

-- A reference is a row: one member's change in a group of 250,000 costs one row.
create table staged_link (
  connector text not null,
  source_guid uuid not null,
  attribute text not null,
  -- May name an object that has not been staged yet (a placeholder).
  target_guid uuid not null,
  -- False: removed in the directory, and not yet seen by synchronisation.
  present boolean not null,
  generation bigint not null,
  -- The source's revision with which this row last changed.
  revision bigint not null,
  primary key (source_guid, attribute, target_guid, connector)
);

create index staged_link_removed on staged_link (source_guid) where not present;
create index staged_link_target on staged_link (target_guid);
create index staged_link_revision on staged_link (source_guid, revision);

-- An empty list means "cleared": the key goes. Other keys of the delta replace the stored ones.
create function merged_attributes(stored jsonb, delta jsonb) returns jsonb
  language sql immutable parallel safe
  return (select coalesce(jsonb_object_agg(key, value) filter (where value <> '[]'::jsonb), '{}'::jsonb)
          from jsonb_each(stored || delta));
