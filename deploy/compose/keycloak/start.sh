#!/bin/bash
# Keycloak reads passwords from its environment and the realm's from there too; here they are files.
set -euo pipefail
export KC_DB_PASSWORD=$(</run/secrets/database-password) KC_BOOTSTRAP_ADMIN_PASSWORD=$(</run/secrets/admin-password) \
  API_GATEWAY_SECRET=$(</run/secrets/api-gateway-secret) ACCOUNTS_SECRET=$(</run/secrets/accounts-secret)
exec /opt/keycloak/bin/kc.sh "$@"
