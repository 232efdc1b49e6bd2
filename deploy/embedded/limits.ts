/** How long calls and tasks of each part may take to end: nobody waits longer for a development platform to stop. */
export const DRAIN_MS = 5_000;
