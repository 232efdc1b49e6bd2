import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { at, type Answer, type Api } from "../../src/api.ts";

/** One request and what became of it. */
interface Entry {
  readonly at: string;
  readonly ms: number;
  readonly request: string;
  readonly key?: string | undefined;
  /** 0 when no answer came. */
  readonly status: number;
  /** The problem's type, or why no answer came. */
  readonly why?: string | undefined;
}

/** Every request of a case, one JSON object a line, and the answers that break the format of errors. */
export class Journal {
  readonly file: string;
  /** Answers from 400 on that are no documented problem. */
  readonly malformed: string[] = [];
  requests = 0;

  constructor(folder: string, name: string) {
    mkdirSync(folder, { recursive: true });
    this.file = join(folder, `${name}.jsonl`);
  }

  /** The same caller, with everything written down. */
  follow(api: Api): Api {
    const noted = async (request: string, key: string | undefined, call: Promise<Answer>): Promise<Answer> => {
      const startedAt = performance.now();
      const ms = () => Math.round(performance.now() - startedAt);
      const began = new Date().toISOString();
      try {
        const answer = await call;
        this.#note({ at: began, ms: ms(), request, key, status: answer.status, why: typeOf(answer) });
        if (answer.status >= 400 && !isProblem(answer)) this.malformed.push(`${request}: ${answer.status}`);
        return answer;
      } catch (error) {
        this.#note({ at: began, ms: ms(), request, key, status: 0, why: String(error) });
        throw error;
      }
    };
    return {
      subject: api.subject,
      get token() {
        return api.token;
      },
      get: (path, options) => noted(`GET ${path}`, undefined, api.get(path, options)),
      post: (path, body, options) => noted(`POST ${path}`, options?.idempotencyKey, api.post(path, body, options)),
      put: (path, body, options) => noted(`PUT ${path}`, options?.idempotencyKey, api.put(path, body, options)),
      patch: (path, body, options) => noted(`PATCH ${path}`, options?.idempotencyKey, api.patch(path, body, options)),
      delete: (path, options) => noted(`DELETE ${path}`, options?.idempotencyKey, api.delete(path, options)),
    };
  }

  #note(entry: Entry): void {
    this.requests += 1;
    appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }
}

function typeOf({ status, body }: Answer): string | undefined {
  return status < 400 ? undefined : JSON.stringify(at(body, "type"));
}

/** RFC 9457 as the platform promises it: media type, type, title, the same status. */
function isProblem({ status, headers, body }: Answer): boolean {
  const isMedia = (headers.get("content-type") ?? "").startsWith("application/problem+json");
  return isMedia && typeof at(body, "type") === "string" && at(body, "status") === status;
}
