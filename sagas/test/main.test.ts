import { serviceMainContract } from "@animal-delivery/platform/testing/service-main-contract";

serviceMainContract({ service: "sagas", programs: new URL("../src/", import.meta.url), metric: "saga_active" });
