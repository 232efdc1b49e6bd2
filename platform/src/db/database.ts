/** One row, column name to value. int8 arrives as a string, timestamptz as a Date, bytea as a Buffer. */
export type Row = Record<string, unknown>;

/** The outcome of one statement. */
export interface QueryResult<R> {
  readonly rows: R[];
  /** Rows returned or changed. */
  readonly rowCount: number;
}

/** Whatever runs statements: the pool or one transaction. */
export interface Queryable {
  /**
   * Runs one statement, prepared under `name`. The name is the repository function's; it names the span and the metric too.
   * The statement is cancelled in Postgres when the current request context's signal aborts.
   *
   * @throws {DomainError} deadlineExceeded or unavailable when the statement was cancelled or Postgres is away; database
   *   errors that the caller can act on (constraint violations) arrive as pg's `DatabaseError`.
   */
  query<R extends object = Row>(name: string, text: string, values?: readonly unknown[]): Promise<QueryResult<R>>;
}

/** A connection of its own. */
export interface Session extends Queryable {
  /**
   * Gives what others send by NOTIFY on a channel to `onMessage`, for as long as the session lasts. Resolves when it listens;
   * what was sent before that, or is sent while the connection is lost, does not arrive.
   */
  listen(channel: string, onMessage: (payload: string) => void): Promise<void>;
}

/** One open transaction. Nothing of it is visible to others before `transaction()` resolves. */
export interface Transaction extends Queryable {
  /** The database whose transaction it is. */
  readonly database: Database;
  /** Runs `effect` once the commit is known to have happened; never after a rollback. Must not throw. */
  afterCommit(effect: () => void): void;
}

/** A service's own database. */
export interface Database extends Queryable, AsyncDisposable {
  /**
   * Runs `work` in one transaction (READ COMMITTED) on one connection, and commits.
   * Resolves only when Postgres answered COMMIT with COMMIT. Rolls back when `work` throws or the signal aborts.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Lends a connection of its own for as long as `work` runs, outside the pool's size: for session advisory locks, and
   * to listen. `signal` aborts `work` when the connection is lost.
   */
  withSession<T>(work: (session: Session, signal: AbortSignal) => Promise<T>): Promise<T>;
}
