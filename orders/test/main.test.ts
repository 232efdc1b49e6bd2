import { serviceMainContract } from "@animal-delivery/platform/testing/service-main-contract";

serviceMainContract({
  service: "orders",
  programs: new URL("../src/", import.meta.url),
  metric: "orders_created_total",
});
