import { fileURLToPath } from "node:url";

/** The platform's own tables, which every service's database has. */
export const PLATFORM_MIGRATIONS = fileURLToPath(new URL("../../migrations", import.meta.url));
