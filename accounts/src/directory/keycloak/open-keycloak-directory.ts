import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { tracedFetch } from "@animal-delivery/platform/telemetry/traced-fetch";
import type { UserDirectory } from "../user-directory.ts";
import { openAdminApi } from "./admin-api.ts";
import { openAdminToken } from "./admin-token.ts";
import { endpointsOf } from "./endpoints.ts";
import { openHttp } from "./http.ts";
import { deleteUser, findUser, findUserBy, withRoles } from "./identities.ts";
import type { KeycloakOptions } from "./keycloak-config.ts";
import { listDisabledSignUps } from "./list-disabled-sign-ups.ts";
import { makeIdentity } from "./make-identity.ts";
import { passwordCheck, setPassword } from "./password.ts";
import { setRoles } from "./roles.ts";
import { endSession, endSessions, listSessions } from "./sessions.ts";
import { setEmail } from "./set-email.ts";

const SESSIONS_MAX = 200;

/** Who can sign in at Keycloak, by its administration API. Connects with the first question. */
export function openKeycloakDirectory(options: KeycloakOptions, { tracer }: Pick<Telemetry, "tracer">): UserDirectory {
  const http = openHttp(tracedFetch(tracer), options.timeoutMs);
  const endpoints = endpointsOf(options);
  const admin = openAdminApi(options.adminUrl, openAdminToken(options, endpoints, http), http);
  return {
    makeIdentity: async (identity) => makeIdentity(admin, identity),
    async findIdentity(userId) {
      const user = await findUser(admin, userId);
      return user && withRoles(admin, user);
    },
    async findIdentityByEmail(email) {
      const user = await findUserBy(admin, "email", email);
      return user && withRoles(admin, user);
    },
    async setEnabled(userId, isEnabled) {
      await admin({ method: "PUT", path: "/users/{id}", id: userId, body: { enabled: isEnabled } });
    },
    setEmail: async (userId, email, isVerified) => setEmail(admin, userId, email.toLowerCase(), isVerified),
    setRoles: async (userId, roles) => setRoles(admin, userId, roles),
    setPassword: async (userId, password) => setPassword(admin, userId, password),
    checkPassword: passwordCheck(options, { admin, http, endpoints }),
    listSessions: async (userId) => (await listSessions(admin, userId)).slice(0, SESSIONS_MAX),
    endSession: async (userId, sessionId) => endSession(admin, userId, sessionId),
    endSessions: async (userId, except) => endSessions(admin, userId, except),
    deleteIdentity: async (userId) => deleteUser(admin, userId),
    listDisabledSignUps: async (before) => listDisabledSignUps(admin, before),
  };
}
