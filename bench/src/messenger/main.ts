// `npm run bench:messenger`: what the messenger costs, as ratios measured in turn in one run. The stores in Redis and PostgreSQL are
// measured where REDIS_URL and DATABASE_URL name one. Stops by itself after some minutes.
import { env } from "node:process";
import { measureMessenger } from "./measure-messenger.ts";

await measureMessenger(env["REDIS_URL"], env["DATABASE_URL"]);
