-- Deletes and removals of members that wait for a person, and deletes that wait for their day.

-- One row for each delete that did not pass the gate. Those that pass never have one.
create table hold (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('delete-user', 'delete-group', 'remove-member')),
  -- What is to be deleted, or the group that is to lose a member.
  entry_id uuid not null,
  -- The member.
  target_entry uuid,
  -- Which delete or removal it is about: desired_revision of the object, removal of the reference. Another one needs
  -- another decision.
  revision bigint not null,
  state text not null default 'held' check (state in ('held', 'approved', 'refused', 'withdrawn')),
  -- What was exceeded when it was held.
  threshold text not null check (threshold in ('count', 'share')),
  reason text not null,
  -- More about the reason: the part of the scope, the code of a rule.
  reason_detail text,
  connector text,
  -- What the objects of one wave have in common: the OU, the file, the group.
  container text,
  -- Hash of kind, reason, connector and container.
  wave text not null,
  dn text,
  display_name text,
  user_principal_name text,
  -- The group that is to lose the member.
  group_name text,
  held_at timestamptz not null default clock_timestamp(),
  decided_by text,
  decided_at timestamptz,
  comment text,
  unique nulls not distinct (entry_id, target_entry, revision)
);

create index hold_open on hold (state, id) where state in ('held', 'refused');
create index hold_held on hold (kind, threshold, id) where state = 'held';
create index hold_wave on hold (wave, id) where state in ('held', 'refused');
create index hold_state on hold (state, id);

-- What was last said of a wave in the log.
create table told_wave (
  wave text primary key,
  held integer not null,
  told_at timestamptz not null default clock_timestamp()
);

alter table export_object
  -- The revision whose delete was put off by the policy. The account is disabled by then.
  add column postponed_revision bigint not null default 0,
  add column postponed_at timestamptz;

create index export_object_postponed on export_object (entry_id)
  where not desired_present and postponed_revision = desired_revision and desired_revision > exported_revision;
create index export_object_postponed_at on export_object (postponed_at) where postponed_at is not null;

-- What exporters do with what is to be deleted, for those who show when.
create table delete_policy (
  only_row boolean primary key default true check (only_row),
  -- Null: never.
  after_days integer
);

-- Which removal of the member this is; null: nobody has counted it yet. Each has a number of its own, so that what was
-- decided of one is never taken for a decision of a later one.
create sequence link_removal;
alter table export_link add column removal bigint;
create index export_link_removals on export_link (source_entry)
  where attribute = 'member' and not desired and exported and not refused;

-- Members that were removed within the last hour, without those that a person has approved.
create table removed_members (
  group_entry uuid not null,
  at timestamptz not null default clock_timestamp(),
  members integer not null
);

create index removed_members_at on removed_members (at);
