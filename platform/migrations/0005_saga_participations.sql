-- What this service did of sagas: one row for each step it was asked to take or to undo.
create table saga_participations (
  -- As the command's envelope has it.
  saga_id text not null,
  step text not null,
  done_at timestamptz,
  -- From then on the step is not taken any more, whether it ever was or not.
  undone_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (saga_id, step)
);

create index saga_participations_updated on saga_participations (updated_at);
