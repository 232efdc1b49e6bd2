import { once } from "node:events";
import type { NodeProcess } from "../node-process.ts";

/** For `NODE_OPTIONS` of a process whose memory is to be searched: its inspector, once it is asked for, takes a free port. */
export const SEARCHABLE = "--inspect-port=127.0.0.1:0";

const WAIT_MS_MAX = 60_000;
const POLL_MS = 100;

/** What the inspector answers, as far as it matters here. */
interface Answer {
  readonly id?: number;
  readonly error?: unknown;
  readonly result?: {
    readonly result?: { readonly objectId?: string; readonly value?: unknown };
    readonly objects?: { readonly objectId?: string };
  };
}

/** Runs over there: the texts in maps and sets, and in objects that are their values, which hold one of the marks. */
const SEARCH = `function (marks) {
  const found = [];
  const look = (value) => {
    if (typeof value !== "string") return;
    const lower = value.toLowerCase();
    if (marks.some((mark) => lower.includes(mark))) found.push(value.slice(0, 200));
  };
  // Of a class that extends Map, the prototype is found too, and holds nothing.
  const isPrototype = (object) => Object.hasOwn(object, "constructor");
  for (const collection of this) {
    if (isPrototype(collection)) continue;
    for (const entry of collection) {
      for (const part of Array.isArray(entry) ? entry : [entry]) {
        look(part);
        if (typeof part === "object" && part !== null && !ArrayBuffer.isView(part)) {
          for (const { value } of Object.values(Object.getOwnPropertyDescriptors(part))) look(value);
        }
      }
    }
  }
  return found;
}`;

/**
 * Searches every Map and Set that a process holds, garbage apart: the key-value store in memory is made of them, and so are
 * caches. By Node's inspector, which SIGUSR1 opens.
 *
 * @param marks in lower case. @returns the texts that hold one of them.
 */
export async function searchMemory(program: NodeProcess, marks: readonly string[]): Promise<string[]> {
  process.kill(program.pid, "SIGUSR1");
  const socket = new WebSocket(await addressOf(program));
  await once(socket, "open");
  try {
    const found: unknown[] = [];
    for (const kind of ["Map", "Set"]) {
      const prototype = await call(socket, "Runtime.evaluate", { expression: `${kind}.prototype` });
      const all = await call(socket, "Runtime.queryObjects", { prototypeObjectId: prototype.result?.result?.objectId });
      const texts = await call(socket, "Runtime.callFunctionOn", {
        objectId: all.result?.objects?.objectId,
        functionDeclaration: SEARCH,
        arguments: [{ value: marks }],
        returnByValue: true,
      });
      const { value } = texts.result?.result ?? {};
      if (!Array.isArray(value)) throw new Error(`the search of every ${kind} failed: ${JSON.stringify(texts)}`);
      found.push(...(value as unknown[]));
    }
    return found.map(String);
  } finally {
    socket.close();
  }
}

let calls = 0;

async function call(socket: WebSocket, method: string, params: object): Promise<Answer> {
  calls += 1;
  const id = calls;
  const answer = new Promise<Answer>((resolve, reject) => {
    const listen = ({ data }: MessageEvent): void => {
      const message = JSON.parse(String(data)) as Answer;
      if (message.id !== id) return;
      socket.removeEventListener("message", listen);
      if (message.error === undefined) resolve(message);
      else reject(new Error(`${method}: ${JSON.stringify(message.error)}`));
    };
    socket.addEventListener("message", listen);
  });
  socket.send(JSON.stringify({ id, method, params }));
  return answer;
}

/** @throws {Error} when the process does not say within a minute where its inspector listens. */
async function addressOf(program: NodeProcess): Promise<string> {
  const deadline = Date.now() + WAIT_MS_MAX;
  for (;;) {
    const address = /Debugger listening on (ws:\S+)/.exec(program.output())?.[1];
    if (address !== undefined) return address;
    if (Date.now() > deadline) throw new Error(`process ${program.pid} opened no inspector`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
