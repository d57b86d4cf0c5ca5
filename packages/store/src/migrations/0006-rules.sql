-- Objects of several directories that are one person, rules of one's own, values that only one object can have, readiness.

alter table staged_object
  -- By which key it was joined to an entry that another object made. Null: the entry is its own, or it has none.
  add column joined_by text,
  -- By what an object of another connector finds it: `mail=ada@example.com`, and `sid>S-1-5-…` for a SID that it names.
  -- Null: by nothing but its own SID. Empty: by nothing at all, the rules keep it out.
  add column join_keys text[];

-- Without fastupdate: each look-up would go through all that was not merged into the index yet.
create index staged_object_join_keys on staged_object using gin (join_keys) with (fastupdate = off) where join_keys <> '{}';
create index staged_object_joined on staged_object (entry_id) where joined_by is not null;

-- A value that only one object of the tenant can have belongs to the entry that claimed it first.
create table claimed_value (
  attribute text not null,
  -- In lower case, as the tenant compares.
  value text not null,
  entry_id uuid not null references metaverse_entry (id),
  primary key (value, attribute)
);

create index claimed_value_entry on claimed_value (entry_id);

-- Whoever wants a claimed value is looked at again when it is given up.
create table awaited_value (
  attribute text not null,
  value text not null,
  entry_id uuid not null references metaverse_entry (id),
  primary key (entry_id, attribute)
);

create index awaited_value_value on awaited_value (value, attribute);

insert into claimed_value (attribute, value, entry_id)
select a.name, lower(o.desired ->> a.name), o.entry_id
from export_object o cross join unnest(array['userPrincipalName', 'mail']) as a (name)
where o.desired_present and o.object_type = 'user' and o.desired ->> a.name is not null
order by o.exported_revision desc, o.entry_id
on conflict do nothing;

-- Every text of own rules that was ever proposed.
create table rules_version (
  version integer generated always as identity primary key,
  text text not null,
  -- The name of an API key, or `file`.
  author text not null,
  created_at timestamptz not null default clock_timestamp(),
  applied_at timestamptz
);

create table rules_in_force (
  only_row boolean primary key default true check (only_row),
  -- Null: the default rules alone.
  version integer references rules_version (version),
  -- Rises with each application, also of an older version.
  revision integer not null default 0,
  -- Which default rules the objects were decided by; null: those of before there was a word for them.
  defaults text,
  -- Where objects get their source anchor from. Chosen once, by the first importer.
  source_anchor text check (source_anchor in ('consistency-guid', 'object-guid')),
  -- The version before, while objects are still being looked at again. `resync_after`: how far that has come.
  resync_from integer references rules_version (version),
  resync_after uuid,
  -- Every object is touched, not only those that the two versions decide differently.
  resync_all boolean not null default false,
  resync_since timestamptz,
  resync_touched integer not null default 0
);

-- What was installed before took ms-DS-ConsistencyGuid where it was set.
insert into rules_in_force (source_anchor)
select case when exists (select from metaverse_entry) then 'consistency-guid' end;

-- What must be unique over all objects, in the form in which it is compared, and who has it.
create table readiness_key (
  -- A hash of it.
  key uuid not null,
  connector text not null,
  object_guid uuid not null,
  -- In which of its attributes the object has it.
  attributes text[] not null,
  primary key (key, object_guid, connector)
);

create index readiness_key_object on readiness_key (object_guid, connector);

create table readiness (
  connector text not null,
  object_guid uuid not null,
  findings jsonb not null,
  since timestamptz not null default clock_timestamp(),
  primary key (object_guid, connector)
);

-- What the findings were last worked out with, and how far that has come.
create table readiness_refresh (
  only_row boolean primary key default true check (only_row),
  facts text not null,
  -- Null: from the beginning.
  after uuid,
  done boolean not null default false
);

-- What the tenant has, by whomever it was made: to tell of collisions before they are refused.
create table tenant_object (
  entra_id uuid primary key,
  object_type text not null,
  display_name text,
  user_principal_name text,
  immutable_id text,
  keys uuid[] not null,
  snapshot bigint not null
);

create index tenant_object_keys on tenant_object using gin (keys) with (fastupdate = off);

create table tenant (
  only_row boolean primary key default true check (only_row),
  tenant_id text not null,
  display_name text not null,
  initial_domain text not null,
  verified_domains text[] not null,
  told_at timestamptz not null default clock_timestamp(),
  snapshot bigint not null default 0,
  snapshot_at timestamptz
);

-- When the object was first meant for the tenant: whatever the tenant had before was not made by us.
alter table export_state add column since timestamptz not null default clock_timestamp();
create index export_state_entra_id on export_state (entra_id) where entra_id is not null;
