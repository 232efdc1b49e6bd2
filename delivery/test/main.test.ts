import { serviceMainContract } from "@animal-delivery/platform/testing/service-main-contract";

serviceMainContract({
  service: "delivery",
  programs: new URL("../src/", import.meta.url),
  metric: "deliveries_started_total",
});
