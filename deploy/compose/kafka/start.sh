#!/bin/bash
# The clients' user is part of the formatting: the storage is formatted here, and the image's own start finds it done.
set -euo pipefail
if [ ! -e /var/lib/kafka/data/meta.properties ]; then
  KAFKA_HEAP_OPTS=-Xmx128m /opt/kafka/bin/kafka-storage.sh format --cluster-id "$CLUSTER_ID" \
    --config /mnt/shared/config/server.properties \
    --add-scram "SCRAM-SHA-512=[name=animal-delivery,password=$(</run/secrets/password)]" >/dev/null
fi
exec /etc/kafka/docker/run
