import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  Sex as SexMessage,
  Species as SpeciesMessage,
  type Animal as AnimalMessage,
  type AnimalSchema,
} from "@animal-delivery/contracts/gen/orders/v1/animal_pb";
import type { Animal, Sex, Species } from "../domain/animal.ts";
import { keyOf } from "./key-of.ts";

const SPECIES = {
  dog: SpeciesMessage.DOG,
  cat: SpeciesMessage.CAT,
  ferret: SpeciesMessage.FERRET,
  rabbit: SpeciesMessage.RABBIT,
  rodent: SpeciesMessage.RODENT,
  bird: SpeciesMessage.BIRD,
  reptile: SpeciesMessage.REPTILE,
  fish: SpeciesMessage.FISH,
} as const satisfies Record<Species, SpeciesMessage>;

const SEXES = {
  unknown: SexMessage.UNSPECIFIED,
  female: SexMessage.FEMALE,
  male: SexMessage.MALE,
} as const satisfies Record<Sex, SexMessage>;

/** Undefined for SPECIES_UNSPECIFIED. */
export function speciesOf(message: SpeciesMessage): Species | undefined {
  return message === SpeciesMessage.UNSPECIFIED ? undefined : keyOf(SPECIES, message);
}

/** @param message as the contract allows it. */
export function animalOf(message: AnimalMessage): Animal {
  return {
    species: keyOf(SPECIES, message.species),
    breed: message.breed,
    sex: keyOf(SEXES, message.sex),
    ageWeeksMin: message.ageWeeksMin,
    ageWeeksMax: message.ageWeeksMax,
    weightGrams: message.weightGrams,
  };
}

export function animalMessage(animal: Animal): MessageInitShape<typeof AnimalSchema> {
  return { ...animal, species: SPECIES[animal.species], sex: SEXES[animal.sex] };
}
