"""Tests beside which nothing else may run."""


def alone(reason):
    """Marks a test, or a class of them, that needs the machine to itself, and says why."""

    def mark(test):
        test.alone = reason
        return test

    return mark
