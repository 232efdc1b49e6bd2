-- Sagas: steps in several services of which all happen or, in the end, none. Ids and reasons, never personal data.
create table sagas (
  saga_id uuid primary key,
  kind text not null,
  state text not null check (state in ('running', 'compensating', 'completed', 'compensated', 'abandoned')),
  -- The step it is at.
  step text,
  subject_id text not null,
  reason text not null,
  correlation_id text not null,
  -- The trace in which it began.
  trace_headers jsonb not null,
  attempts integer not null check (attempts >= 0),
  -- The number of the last command.
  sequence integer not null check (sequence >= 0),
  -- When the command of the moment is sent again, or given up.
  deadline_at timestamptz(3),
  started_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  -- Counts the saga's changes.
  version integer not null check (version > 0),
  -- What is under way has a next thing to happen; what has ended has none.
  check ((deadline_at is not null) = (state in ('running', 'compensating'))),
  check ((step is not null) = (state in ('running', 'compensating')))
);

-- The timer looks for those that are due, operators for how many are under way: few rows of many.
create index sagas_under_way on sagas (deadline_at) where deadline_at is not null;
-- ListSagas: all, of one kind, in one state.
create index sagas_by_time on sagas (started_at desc, saga_id desc);
create index sagas_by_kind on sagas (kind, started_at desc, saga_id desc);
create index sagas_by_state on sagas (state, started_at desc, saga_id desc);
-- The purge.
create index sagas_ended on sagas (updated_at) where deadline_at is null;

create table saga_steps (
  saga_id uuid not null references sagas on delete cascade,
  -- Its place among the steps, from 0.
  position smallint not null,
  step text not null,
  participant text not null,
  state text not null check (state in ('waiting', 'doing', 'done', 'undoing', 'undone')),
  attempts integer not null check (attempts >= 0),
  reason text not null,
  started_at timestamptz(3),
  ended_at timestamptz(3),
  primary key (saga_id, position)
);
