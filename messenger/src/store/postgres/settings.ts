/**
 * Settings of the connections. Every statement here has its index; what is planned while a table is small would do without, and
 * stay so until Postgres looks again: a minute in which a table may grow a thousandfold, and a page took 50 ms instead of 1.
 */
export const POSTGRES_SETTINGS = { enable_seqscan: "off", enable_bitmapscan: "off" };
