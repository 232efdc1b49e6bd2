/** What `npm run ops -- --help` prints. */
export const USAGE = `usage: npm run ops -- <verb> ... [options]

  outbox <service>                 how the outbox stands, and what each consumer has parked
  outbox retry <service>           gives a parked event back to the relay       --event ID
  outbox skip <service>            takes it out unpublished                     --event ID --reason TEXT
  dlq list <service>               what is parked, the oldest first
                                     --in outbox|consumer --consumer NAME --type T --aggregate ID --cause TEXT
                                     --since TIME --until TIME --limit N (50)
  dlq replay <service>             applies parked events again, each aggregate's in order
                                     --event ID | --aggregate ID | --type T | --cause TEXT | --since TIME --until TIME
                                     | --all                                    --consumer NAME
  dlq skip <service>               takes the first of an aggregate out without its effect
                                     --event ID --reason TEXT                   --consumer NAME (the service's)
  jobs <service>                   the background work of the process that answers
  log-level <service> <level>      error, warn, info or debug, for a while      --minutes N (10)
  policy reload [<service> ...]    lets services read their policy again; all of them unless named
  sagas list                       --kind K --state S --limit N (50): running, compensating, completed, compensated, abandoned
  sagas show <id>                  one saga with its steps
  sagas retry <id>                 sends the command that it waits for again
  sagas abandon <id>               gives it up as it stands                     --reason TEXT

  service   orders, delivery, logging, accounts, notes, sagas or messenger
  TIME      2026-11-29T04:00:00Z, or how long ago: 90s, 30m, 2h, 7d

  --json               the answer as JSON
  --token TOKEN        an operator's access token; better OPS_TOKEN, which no list of processes shows
  --user NAME          signs in through the gateway instead; the password is asked for, or OPS_PASSWORD
  --help               this

  Who you are     the certificate spiffe://animal-delivery/ops (TLS_CERT_FILE, TLS_KEY_FILE, TLS_CA_FILE; beside a platform
                  started with npm start it is made in DATA_DIR/certificates), and the token of a person with the role admin
  Where           ORDERS_ADDRESS, DELIVERY_ADDRESS, ... (https://127.0.0.1:PORT+10 and on), GATEWAY_URL (http://localhost:PORT),
                  PORT (8080)
  Exit codes      0 done, 1 refused or something stays parked, 2 called wrongly, 3 not reached in time, 78 configuration
`;
