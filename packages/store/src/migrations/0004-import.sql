-- Full imports beside delta imports, many directories, scope, files.

alter table connector
  add column kind text not null default 'active-directory' check (kind in ('active-directory', 'csv')),
  -- The newest full import that was begun. Whatever an import touches is given this number.
  add column generation bigint not null default 0,
  -- What the last finished full import asked for. A delta tells nothing of attributes that are new in this list.
  add column imported_attributes text[],
  -- Null: everything is in scope.
  add column scope jsonb,
  add column scope_revision bigint not null default 0,
  add column scope_applied_at timestamptz,
  -- Attributes of the scope's conditions that no finished full import has asked for. When one has, every object is
  -- decided anew.
  add column scope_waits_for text[],
  -- The scope leaves new containers out and was applied before a full import had ended: what that one finds is not new.
  add column scope_learns_containers boolean not null default false;

update connector c set generation = coalesce((select max(generation) from cookie k where k.connector = c.name), 0);

-- The containers that were there when a scope was applied which leaves new ones out.
create table scope_container (
  connector text not null,
  object_guid uuid not null,
  primary key (object_guid, connector)
);

-- A full import that has begun and not ended. It has a cookie of its own, so that delta imports go on beside it.
create table full_import (
  connector text not null,
  naming_context text not null,
  run_id uuid not null,
  generation bigint not null,
  -- Null before the first page.
  cookie bytea,
  server text,
  attributes text[] not null,
  started_at timestamptz not null default clock_timestamp(),
  primary key (connector, naming_context)
);

-- A position in the middle of a full import was kept as the cookie of the naming context. It is not one to go on from.
delete from cookie where full_import;
alter table cookie drop column full_import, drop column generation;

alter table staged_object
  add column object_sid text,
  -- When a delta import last had news of it. A full import that began to read earlier knows less.
  add column delta_at timestamptz,
  -- Which part of the connector's scope keeps it out; null: it is in scope.
  add column out_of_scope text check (out_of_scope in ('container', 'group', 'condition')),
  -- Whether it is in scope is worked out at the end of the page. Until then synchronisation passes it over.
  add column scope_pending boolean not null default false,
  -- Of a container or a group: what was last decided of the objects in it. Null: nothing yet. While it stays, a change
  -- of the container or the group is no news for them.
  add column scope_inside boolean;

drop index staged_object_pending;
create index staged_object_pending on staged_object (staged_at)
  where revision > synchronised_revision and not scope_pending;
drop index staged_object_deleted;
create index staged_object_leaving on staged_object (entry_id)
  where (deleted or out_of_scope is not null) and revision > synchronised_revision;

create index staged_object_sid on staged_object (object_sid) where object_sid is not null;
create index staged_object_scope_pending on staged_object (connector) where scope_pending;

-- Objects of which a report told only a part, or told it too late. The next delta import reads them completely.
create table reread (
  connector text not null,
  object_guid uuid not null,
  since timestamptz not null default clock_timestamp(),
  primary key (object_guid, connector)
);

-- What each domain controller last said of itself, to notice one that was restored or rolled back.
create table domain_controller (
  connector text not null,
  server text not null,
  invocation_id text not null,
  highest_usn bigint not null,
  seen_at timestamptz not null default clock_timestamp(),
  -- When a delta import last went on with a cookie of this controller.
  cookie_at timestamptz,
  primary key (connector, server)
);

-- A file that was handed in over the API, in parts, until an importer has read it.
create table csv_upload (
  id uuid primary key default gen_random_uuid(),
  connector text not null,
  file_name text not null,
  bytes bigint not null default 0,
  uploaded_at timestamptz not null default clock_timestamp()
);

create table csv_upload_part (
  upload_id uuid not null references csv_upload (id) on delete cascade,
  part integer not null,
  content bytea not null,
  primary key (upload_id, part)
);

alter table run
  add column reason text,
  -- Counted only: nothing of it is kept.
  add column preview boolean not null default false,
  -- Somebody has said that so many objects as a full import does not find are really gone.
  add column accept_vanished boolean not null default false,
  -- Objects that are likely to be read.
  add column expected integer,
  -- The file that it reads.
  add column upload_id uuid references csv_upload (id) on delete set null,
  add column unchanged integer not null default 0,
  add column findings integer not null default 0;

drop index run_queued;
create unique index run_queued on run (connector, mode, preview) where state = 'queued';
create index run_active on run (connector) where state in ('queued', 'running');

-- What is wrong with the input of a run, line by line.
create table run_finding (
  id bigint generated always as identity primary key,
  run_id uuid not null references run (id) on delete cascade,
  line integer not null,
  severity text not null check (severity in ('error', 'warning')),
  code text not null,
  column_name text,
  message text not null
);

create index run_finding_run on run_finding (run_id, id);

-- A duplicate waits under the anchor that it would have; its problem names it now.
create index staged_object_anchor on staged_object ((problem ->> 'anchor')) where problem is not null;
update staged_object set revision = revision + 1 where problem ->> 'code' = 'source-anchor-duplicate';
