// `npm run bench:users`: a million users streamed and listed. Stops by itself after some minutes.
import { measureUsers } from "./measure-users.ts";

await measureUsers();
