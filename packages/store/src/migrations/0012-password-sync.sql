-- Which password of whom the tenant has. No hash, and nothing derived from one, is ever in here.

-- One row for each naming context. The cursor moves only together with the outcomes of its page.
create table password_position (
  connector text not null,
  naming_context text not null,
  -- Null: everything is to be read.
  cursor text,
  -- Rises when everything is to be read again: a cursor of before that is not taken any more.
  epoch integer not null default 0,
  server text,
  advanced_at timestamptz,
  -- When all that there was had been read.
  passed_at timestamptz,
  -- When the newest password was set that was read.
  newest_change_at timestamptz,
  -- When the tenant last said that it takes hashes, and what it has switched on.
  heartbeat_at timestamptz,
  features jsonb,
  -- What keeps the service from working. Null: nothing.
  problem jsonb,
  problem_since timestamptz,
  primary key (connector, naming_context)
);

create table password_person (
  connector text not null,
  object_guid uuid not null,
  -- What the directory has told, piece by piece.
  dn text not null,
  object_class text not null,
  user_account_control integer not null,
  -- pwdLastSet is zero.
  must_change boolean not null,
  password_set_at timestamptz,
  selection text check (selection in ('filtered', 'included')),
  -- The newest password: how often it was set, and when. Null: there is none.
  version integer,
  version_at timestamptz,
  state text not null,
  since timestamptz not null default clock_timestamp(),
  -- The password that the tenant has, with what was said of it, and the account that has it.
  sent_version integer,
  sent_version_at timestamptz,
  sent_forced boolean,
  sent_to uuid,
  sent_at timestamptz,
  attempts integer not null default 0,
  problem jsonb,
  -- When the password is to be read and sent again. Null: when something changes.
  due_at timestamptz,
  -- How often somebody has asked for it to be sent again, and how often of these it was.
  asked integer not null default 0,
  answered integer not null default 0,
  primary key (object_guid, connector)
);

create index password_person_due on password_person (connector, due_at) where due_at is not null;
create index password_person_not_exported on password_person (connector) where state = 'not-exported' and due_at is null;
create index password_person_state on password_person (state, object_guid);
