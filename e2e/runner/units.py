"""What is handed to one worker at a time, and in which order.

Mostly that is one test. Tests of a class that sets something up for all of them (a browser) stay
together; those that need the machine to themselves (`harness.alone`) come last, one by one; and
those that keep a core busy (`takes_a_core`) leave one to the calls of the others."""

import json
import unittest
from dataclasses import dataclass
from pathlib import Path

# How long the tests took the last time they were run here.
KEPT = Path(__file__).resolve().parents[2] / "target/e2e-seconds.json"
# What is assumed of a test that was never run here.
GUESS = 8.0


@dataclass
class Unit:
    """The names of tests that one worker runs after each other; why alone, if so; and whether they
    keep a core busy, where most others wait for calls."""

    tests: list
    alone: str | None = None
    busy: bool = False


def each(suite):
    """The tests of a suite of suites."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from each(test)
        else:
            yield test


def reason(test):
    """Why nothing else may run beside this test, or None."""
    method = getattr(test, test._testMethodName, None)
    return getattr(method, "alone", None) or getattr(type(test), "alone", None)


def shares(kind):
    """Whether the tests of this class share what the class set up."""
    return kind.setUpClass.__func__ is not unittest.TestCase.setUpClass.__func__


def busy(kind):
    """Whether the tests of this class keep a core busy, as they say themselves."""
    return getattr(kind, "takes_a_core", False)


def cut(tests):
    """All tests as units, in their own order."""
    units, together = [], {}
    for test in tests:
        kind, why = type(test), reason(test)
        if why is None and shares(kind):
            if kind not in together:
                together[kind] = Unit([], busy=busy(kind))
                units.append(together[kind])
            together[kind].tests.append(test.id())
        else:
            units.append(Unit([test.id()], why, busy(kind)))
    return units


def in_order(units):
    """The longest first, so that none of them is begun when the others are about to end."""
    known = kept()
    return sorted(
        units, key=lambda unit: sum(known.get(test, GUESS) for test in unit.tests), reverse=True
    )


def kept():
    try:
        return json.loads(KEPT.read_text())
    except (OSError, ValueError):
        return {}


def keep(seconds):
    """Writes down how long tests took, for the next run."""
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(kept() | seconds, indent=0, sort_keys=True))
