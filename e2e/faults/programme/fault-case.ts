import type { EnvPlatform } from "../../src/env/start-env-platform.ts";
import type { EngineControl } from "./engine-control.ts";
import type { Journal } from "./journal.ts";
import type { BrokerLink } from "./links/broker-link.ts";
import type { Random } from "./random.ts";
import type { Stores } from "./stores.ts";

/** What a case finds: a platform that runs, its engines, and ways to hurt them. */
export interface Scene {
  readonly platform: EnvPlatform;
  readonly control: EngineControl;
  readonly stores: Stores;
  /** By which a case may let the services reach their brokers, see `throughLinks`; none where the environment names none. */
  readonly links: readonly BrokerLink[];
  readonly journal: Journal;
  readonly random: Random;
  /** Everything at a fraction of its time and number, to try the programme itself. */
  readonly short: boolean;
  /** How many sagas cases about them shall have; as many as each thinks right when undefined. */
  readonly sagas: number | undefined;
  /** Says what happens, for the person who watches. */
  readonly say: (line: string) => void;
}

/** What a case counted and what it found broken. */
export interface Findings {
  /** Orders, kills, seconds away: `{ orders: 512, kills: 20 }`. */
  readonly counts: Readonly<Record<string, number | string>>;
  /** Each a sentence; none in a platform that keeps its promises. */
  readonly violations: readonly string[];
}

export interface FaultCase {
  /** `leader-kills`. */
  readonly name: string;
  /** What happens to whom, for the table. */
  readonly what: string;
  /** Variables of the services, and of the programme where it reads what they write, over those of the environment. */
  readonly env?: (environment: NodeJS.ProcessEnv) => Readonly<Record<string, string>>;
  run(scene: Scene): Promise<Findings>;
}
