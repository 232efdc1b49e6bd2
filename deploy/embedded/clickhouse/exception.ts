/** A refusal in ClickHouse's words: its code, its symbolic name and the HTTP status it arrives with. */
export class ClickHouseException extends Error {
  override readonly name = "ClickHouseException";
  readonly code: number;
  readonly status: number;

  constructor(code: number, type: string, status: number, message: string) {
    super(`Code: ${code}. DB::Exception: ${message} (${type})`);
    this.code = code;
    this.status = status;
  }
}

/** Statuses of the engine's own codes as the ClickHouse server chooses them; every other code is a 500. */
const STATUSES: Readonly<Record<number, number>> = {
  6: 400, // CANNOT_PARSE_TEXT
  27: 400, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  36: 400, // BAD_ARGUMENTS
  38: 400, // CANNOT_PARSE_DATE
  41: 400, // CANNOT_PARSE_DATETIME
  43: 400, // ILLEGAL_TYPE_OF_ARGUMENT
  47: 404, // UNKNOWN_IDENTIFIER
  46: 404, // UNKNOWN_FUNCTION
  53: 400, // TYPE_MISMATCH
  60: 404, // UNKNOWN_TABLE
  62: 400, // SYNTAX_ERROR
  72: 400, // CANNOT_PARSE_NUMBER
  81: 404, // UNKNOWN_DATABASE
  115: 404, // UNKNOWN_SETTING
  130: 400, // CANNOT_READ_ARRAY_FROM_TEXT
  159: 408, // TIMEOUT_EXCEEDED
  456: 400, // UNKNOWN_QUERY_PARAMETER
  457: 400, // BAD_QUERY_PARAMETER
};

/** What the client is told about a failure: status, code and text as the ClickHouse server words them. */
export function toResponse(error: unknown): { status: number; code: number; text: string } {
  if (error instanceof ClickHouseException) return { status: error.status, code: error.code, text: error.message };
  const text = error instanceof Error ? error.message : String(error);
  const code = Number(/^Code: (\d+)\./u.exec(text)?.[1] ?? 1001);
  // 1001 is STD_EXCEPTION, ClickHouse's word for a failure that is none of its own.
  return code === 1001
    ? { status: 500, code, text: `Code: 1001. DB::Exception: ${text} (STD_EXCEPTION)` }
    : { status: STATUSES[code] ?? 500, code, text };
}
