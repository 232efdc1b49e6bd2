/** How a task of this process gets on. */
export interface TaskState {
  readonly name: string;
  readonly isRunning: boolean;
  readonly restarts: number;
  /** What it ended with the last time; undefined when it never did. */
  readonly lastFailure?: { readonly error: unknown; readonly at: Date };
}

/** Where the supervisor notes how the tasks get on, for operators. */
export interface TaskBoard {
  note(state: TaskState): void;
  /** By name. */
  list(): readonly TaskState[];
}

export function createTaskBoard(): TaskBoard {
  const states = new Map<string, TaskState>();
  return {
    note: (state) => void states.set(state.name, state),
    list: () => [...states.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1)),
  };
}
