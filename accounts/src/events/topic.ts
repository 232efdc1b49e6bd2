/** Where accounts publishes: the events of users, keyed by user id. */
export const ACCOUNTS_TOPIC = "accounts.events";
