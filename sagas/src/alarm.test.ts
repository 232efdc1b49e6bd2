import { describe, expect, it } from "vitest";
import { createAlarm } from "./alarm.ts";

const HOUR_MS = 3_600_000;

describe("an alarm", () => {
  const later = () => new Date(Date.now() + HOUR_MS);
  const never = new AbortController().signal;

  it("goes off at once for what is due", async () => {
    const alarm = createAlarm();

    await alarm.sleep(alarm.since(), new Date(0), never);
  });

  it("goes off early for an earlier deadline that is set meanwhile", async () => {
    const alarm = createAlarm();
    const sleeping = alarm.sleep(alarm.since(), later(), never);

    alarm.set(new Date(Date.now() + HOUR_MS / 2));

    await sleeping;
  });

  it("does not sleep when a deadline was set while it was not asleep", async () => {
    const alarm = createAlarm();
    const mark = alarm.since();
    alarm.set(later());

    await alarm.sleep(mark, later(), never);
  });

  it("sleeps on for a later deadline, until it is told to stop", async () => {
    const alarm = createAlarm();
    const stop = new AbortController();
    let isAwake = false;
    const sleeping = alarm.sleep(alarm.since(), later(), stop.signal).then(() => (isAwake = true));

    alarm.set(new Date(Date.now() + 2 * HOUR_MS));
    await Promise.resolve();
    expect(isAwake).toBe(false);

    stop.abort();
    await sleeping;
  });
});
