// node platform/src/jobs/make-certificates.ts <folder> <name>...: a development authority and a certificate for each name,
// in that folder. What is there and good for 30 days more is kept.
import { ConfigError } from "../config/config-error.ts";
import { runMain } from "../service/run-main.ts";
import { developmentCertificates } from "../tls/development-ca.ts";

await runMain("make certificates", async () => {
  const [folder, ...names] = process.argv.slice(2);
  if (folder === undefined || names.length === 0) throw new ConfigError("usage: make-certificates <folder> <name>...");
  await developmentCertificates(folder, names);
});
