#!/bin/bash
# Runs once, in an empty cluster: a database for each of those who keep one, owned by a role of its own that may enter no other.
set -euo pipefail
for name in orders delivery accounts notes sagas messenger keycloak; do
  psql --set ON_ERROR_STOP=1 --no-psqlrc --username postgres --dbname postgres \
    --set name="$name" --set password="$(<"/run/secrets/$name-password")" <<'SQL'
create role :"name" login password :'password';
create database :"name" owner :"name";
revoke connect on database :"name" from public;
SQL
done
