import { describe, expect, it } from "vitest";
import type { KafkaProducer } from "./driver.ts";
import { createSender } from "./sender.ts";

const LATER_MS = performance.now() + 600_000;

describe("a sender", () => {
  it("has one send in flight, whoever asks", async () => {
    const { open, answers } = producers();
    const sender = createSender(open);
    const sends = ["a", "b", "c"].map((topic) => sender.send(topic, 0, [], LATER_MS));

    for (const count of [1, 2, 3]) {
      await expect.poll(() => answers).toHaveLength(count);
      answers[count - 1]!.resolve(true);
    }

    expect(await Promise.all(sends)).toEqual([true, true, true]);
  });

  it.each([
    ["failed", (answer: PromiseWithResolvers<boolean>) => answer.reject(new Error("lost"))],
    ["was not answered for its partition", (answer: PromiseWithResolvers<boolean>) => answer.resolve(false)],
  ])("takes a new producer when a send %s, and closes the old one", async (_, end) => {
    const { open, answers, opened, closed } = producers();
    const sender = createSender(open);
    const first = sender.send("t", 0, [], LATER_MS).catch(() => "failed");
    const second = sender.send("t", 0, [], LATER_MS);

    await expect.poll(() => answers).toHaveLength(1);
    end(answers[0]!);
    await expect.poll(() => answers).toHaveLength(2);
    answers[1]!.resolve(true);

    expect([await first, await second]).toEqual(
      [expect.not.stringMatching("true"), true].map((each, at) => (at ? true : each)),
    );
    expect([opened(), closed()]).toEqual([2, 1]);
  });

  it("gives up its turn with its producer when a send takes all its time", async () => {
    const { open, answers, opened, closed } = producers();
    const sender = createSender(open);
    const first = sender.send("t", 0, [], performance.now() + 50);
    const second = sender.send("t", 1, [], LATER_MS);

    await expect(first).rejects.toThrow("no answer within");
    await expect.poll(() => answers).toHaveLength(2);
    answers[1]!.resolve(true);

    expect(await second).toBe(true);
    expect([opened(), closed()]).toEqual([2, 1]);
  });

  it("does not send what nobody waits for any more", async () => {
    const { open, answers } = producers();
    const sender = createSender(open);
    const first = sender.send("t", 0, [], LATER_MS);
    const late = sender.send("t", 0, [], performance.now() - 1);

    await expect.poll(() => answers).toHaveLength(1);
    answers[0]!.resolve(true);

    await expect(late).rejects.toThrow("all the time");
    expect(await first).toBe(true);
    expect(answers).toHaveLength(1);
  });
});

/** Producers whose sends are answered by the test. */
function producers() {
  const answers: PromiseWithResolvers<boolean>[] = [];
  const counts = { opened: 0, closed: 0 };
  const open = async (): Promise<KafkaProducer> => {
    counts.opened += 1;
    return {
      send() {
        const answer = Promise.withResolvers<boolean>();
        answers.push(answer);
        return answer.promise;
      },
      async close() {
        counts.closed += 1;
      },
    };
  };
  return { open, answers, opened: () => counts.opened, closed: () => counts.closed };
}
