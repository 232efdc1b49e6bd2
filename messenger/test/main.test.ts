import { serviceMainContract } from "@animal-delivery/platform/testing/service-main-contract";

serviceMainContract({
  service: "messenger",
  programs: new URL("../src/", import.meta.url),
  metric: "messenger_chats_created_total",
});
