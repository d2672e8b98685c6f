"""A parallel English-Spanish phrase grammar.

`pair(r)` draws one sentence pair. A twentieth of the English sentences is held out of training (`held_out`); every
quality figure is measured on those. The order of the draws is part of the recipe: with it a seed names a data set.

usage: python phrases.py [--count 40] [--seed 1]
"""

from __future__ import annotations

import argparse
import hashlib
import random
from collections.abc import Callable

from words import (
    ADJECTIVES,
    CITIES,
    DAYS,
    FOOD,
    MONTHS,
    PEOPLE,
    PLACES,
    STOCK_PHRASES,
    THINGS,
    TIMES,
    VERBS,
    WEATHER,
    Adjective,
    Noun,
    Person,
    amount_es,
    hour,
    number_en,
    number_es,
)

Pair = tuple[str, str]

STATES = {"broken", "ready", "empty", "clean", "dirty", "open", "closed", "far away"}  # "está", not "es"
_STOCK = {english for english, _ in STOCK_PHRASES}


def held_out(english: str) -> bool:
    """Whether this sentence is kept for measuring: one in twenty, stock phrases never."""
    if english in _STOCK:
        return False
    return int(hashlib.md5(english.encode(), usedforsecurity=False).hexdigest(), 16) % 20 == 0


def _the(noun: Noun) -> str:
    return ("el " if noun.gender == "m" else "la ") + noun.spanish


def _a(noun: Noun) -> str:
    return ("un " if noun.gender == "m" else "una ") + noun.spanish


def _to_the(noun: Noun) -> str:
    return ("al " if noun.gender == "m" else "a la ") + noun.spanish


def _of_the(noun: Noun) -> str:
    return ("del " if noun.gender == "m" else "de la ") + noun.spanish


def _an(noun: Noun) -> str:
    return ("an " if noun.english[0] in "aeiou" else "a ") + noun.english


def _first_upper(text: str) -> str:
    return text[0].upper() + text[1:]


def _agreeing(adjective: Adjective, noun: Noun) -> str:
    return adjective.masculine if noun.gender == "m" else adjective.feminine


def _does(person: Person, english: str, spanish_one: str, spanish_many: str) -> Pair:
    """Subject and verb in both languages; `english` is the verb's plain form."""
    verb = english if person.plural else english + "s"
    return (
        f"{_first_upper(person.english)} {verb}",
        f"{_first_upper(person.spanish)} {spanish_many if person.plural else spanish_one}",
    )


def pair(r: random.Random) -> Pair:
    """One random (English, Spanish) sentence pair."""
    place, place2, thing, thing2 = r.choice(PLACES), r.choice(PLACES), r.choice(THINGS), r.choice(THINGS)
    adjective, verb, verb2 = r.choice(ADJECTIVES), r.choice(VERBS), r.choice(VERBS)
    city, city2, day = r.choice(CITIES), r.choice(CITIES), r.choice(DAYS)
    at, weather, when, person, month = hour(r), r.choice(WEATHER), r.choice(TIMES), r.choice(PEOPLE), r.choice(MONTHS)
    food, food2 = r.choice(FOOD), r.choice(FOOD)
    n = r.choice([r.randint(2, 20), r.randint(2, 99), r.randint(100, 999), r.randint(1000, 9999)])
    is_es = "está" if adjective.english in STATES else "es"
    broken = "roto" if thing2.gender == "m" else "rota"
    this = "Este" if thing.gender == "m" else "Esta"
    it_is = "Es" if "la una" in at.spanish else "Son"
    lives = _does(person, "live", "vive", "viven")
    works = _does(person, "work", "trabaja", "trabajan")
    wants = _does(person, "want", "quiere", "quieren")

    def turn_left() -> Pair:
        r.choice(["left"])  # a draw that earlier data sets made; without it the seeds would name others
        return (
            f"Turn left at the {place.english} and then go straight.",
            f"Gire a la izquierda en {_the(place)} y luego siga recto.",
        )

    def first_of_month() -> Pair:
        r.choice(["first"])  # as above
        return (
            f"The conference is on the first of {month.english}.",
            f"La conferencia es el primero de {month.spanish}.",
        )

    def stock() -> Pair:
        return r.choice(STOCK_PHRASES)

    templates: list[Pair | Callable[[], Pair]] = [
        (f"Where is the {place.english}?", f"¿Dónde está {_the(place)}?"),
        (f"How far is it to the {place.english}?", f"¿A qué distancia está {_the(place)}?"),
        turn_left,
        (f"Turn right after the {place.english}.", f"Gire a la derecha después {_of_the(place)}."),
        (
            f"The {place.english} is next to the {place2.english}.",
            f"{_first_upper(_the(place))} está al lado {_of_the(place2)}.",
        ),
        (
            f"The {place.english} is between the {place2.english} and the park.",
            f"{_first_upper(_the(place))} está entre {_the(place2)} y el parque.",
        ),
        (f"I would like {_an(food)} and {_an(food2)}, please.", f"Quisiera {_a(food)} y {_a(food2)}, por favor."),
        (f"Can I have {_an(food)}?", f"¿Me da {_a(food)}?"),
        (
            f"The meeting starts at {at.english} on {day.english}.",
            f"La reunión empieza a {at.spanish} el {day.spanish}.",
        ),
        (f"My flight to {city.english} leaves at {at.english}.", f"Mi vuelo a {city.spanish} sale a {at.spanish}."),
        (
            f"The train from {city.english} to {city2.english} arrives at {at.english}.",
            f"El tren de {city.spanish} a {city2.spanish} llega a {at.spanish}.",
        ),
        (f"It is {at.english}.", f"{it_is} {at.spanish}."),
        (
            f"The {thing.english} is {adjective.english}.",
            f"{_first_upper(_the(thing))} {is_es} {_agreeing(adjective, thing)}.",
        ),
        (
            f"I need to {verb.english} the {thing.english} {when.english}.",
            f"Necesito {verb.infinitive} {_the(thing)} {when.spanish}.",
        ),
        (f"Can you {verb.english} the {thing.english}?", f"¿Puedes {verb.infinitive} {_the(thing)}?"),
        (
            f"We have to {verb.english} the {thing.english} before {day.english}.",
            f"Tenemos que {verb.infinitive} {_the(thing)} antes del {day.spanish}.",
        ),
        (f"I {verb.english_past} the {thing.english} yesterday.", f"Ayer {verb.i_past} {_the(thing)}."),
        (
            f"I want to {verb.english} the {thing.english} and {verb2.english} the {thing2.english}.",
            f"Quiero {verb.infinitive} {_the(thing)} y {verb2.infinitive} {_the(thing2)}.",
        ),
        (
            f"They {verb.english} the {thing.english} every {day.english}.",
            f"Ellos {verb.they} {_the(thing)} cada {day.spanish}.",
        ),
        (
            f"{_first_upper(weather.english)} in {city.english} {when.english}.",
            f"{_first_upper(weather.spanish)} en {city.spanish} {when.spanish}.",
        ),
        (f"{lives[0]} in {city.english}.", f"{lives[1]} en {city.spanish}."),
        (f"{works[0]} at the {place.english}.", f"{works[1]} en {_the(place)}."),
        (f"{wants[0]} to {verb.english} the {thing.english}.", f"{wants[1]} {verb.infinitive} {_the(thing)}."),
        (f"The price is {number_en(n)} dollars.", f"El precio es de {amount_es(n)} dólares."),
        (f"My room number is {number_en(n)}.", f"Mi número de habitación es {number_es(n)}."),
        first_of_month,
        (f"We arrived in {city.english} in {month.english}.", f"Llegamos a {city.spanish} en {month.spanish}."),
        (f"There is {_an(place)} near the {place2.english}.", f"Hay {_a(place)} cerca {_of_the(place2)}."),
        (
            f"Please {verb.english} the {thing.english} {when.english}.",
            f"Por favor, hay que {verb.infinitive} {_the(thing)} {when.spanish}.",
        ),
        (
            f"I cannot {verb.english} the {thing.english} because the {thing2.english} is broken.",
            f"No puedo {verb.infinitive} {_the(thing)} porque {_the(thing2)} está {broken}.",
        ),
        (f"I will go to the {place.english} {when.english}.", f"Iré {_to_the(place)} {when.spanish}."),
        (
            f"The {thing.english} is on the table next to the {thing2.english}.",
            f"{_first_upper(_the(thing))} está sobre la mesa al lado {_of_the(thing2)}.",
        ),
        (
            f"This {thing.english} costs {number_en(n)} euros.",
            f"{this} {thing.spanish} cuesta {amount_es(n)} euros.",
        ),
        (f"Do you know where the {thing.english} is?", f"¿Sabes dónde está {_the(thing)}?"),
        stock,
        stock,
        stock,
    ]
    chosen = r.choice(templates)
    return chosen() if callable(chosen) else chosen


def sentences(draws: int) -> tuple[list[Pair], list[Pair]]:
    """Pairs to learn from, and pairs held out, in an order that does not change from run to run."""
    r = random.Random(5)
    pairs = sorted({pair(r) for _ in range(draws)})
    learned = [p for p in pairs if not held_out(p[0])]
    unseen = [p for p in pairs if held_out(p[0])]
    r.shuffle(unseen)
    return learned, unseen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40, help="how many pairs to print")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    r = random.Random(arguments.seed)
    for _ in range(arguments.count):
        print(" | ".join(pair(r)))


if __name__ == "__main__":
    main()
