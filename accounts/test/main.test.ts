import { serviceMainContract } from "@animal-delivery/platform/testing/service-main-contract";

serviceMainContract({
  service: "accounts",
  programs: new URL("../src/", import.meta.url),
  metric: "accounts_sign_ups",
  env: { KEYCLOAK_ADMIN_URL: "http://localhost:1/admin/realms/animals", ACCOUNTS_CLIENT_SECRET: "secret" },
});
