import { setTimeout as sleep } from "node:timers/promises";
import type { DescService } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from "@animal-delivery/contracts/gen/grpc/health/v1/health_pb";
import { DomainError } from "../errors.ts";

/** How often a watched status is looked at. */
const WATCH_MS = 500;

/** gRPC's health protocol for the server as a whole (the empty name) and for each service it serves. */
export function healthRoutes(router: ConnectRouter, services: readonly DescService[], isServing: () => boolean): void {
  const names = new Set(["", ...services.map(({ typeName }) => typeName)]);
  const statusOf = (service: string): Status => {
    if (!names.has(service)) return Status.SERVICE_UNKNOWN;
    return isServing() ? Status.SERVING : Status.NOT_SERVING;
  };

  router.service(Health, {
    check({ service }) {
      const status = statusOf(service);
      // The protocol wants NOT_FOUND here, and a status in Watch.
      if (status === Status.SERVICE_UNKNOWN) throw new DomainError("notFound", "SERVICE_UNKNOWN", "no such service");
      return { status };
    },
    async *watch({ service }, { signal }) {
      let told: Status | undefined;
      while (!signal.aborted) {
        const status = statusOf(service);
        if (status !== told) yield { status };
        told = status;
        await sleep(WATCH_MS, undefined, { signal });
      }
    },
  });
}
