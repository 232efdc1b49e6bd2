import { serviceMainContract } from "@animal-delivery/platform/testing/service-main-contract";

serviceMainContract({ service: "notes", programs: new URL("../src/", import.meta.url), metric: "notes_changes_total" });
