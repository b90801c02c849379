"""What every test may ask for. The fixtures live in tests/support, one file a subject."""

pytest_plugins = [
    "tests.support.profiles",
    "tests.support.clocks",
    "tests.support.luck",
    "tests.support.haste",
    "tests.support.databases",
    "tests.support.applications",
    "tests.support.browsers",
    "tests.support.people",
    "tests.support.mail",
    "tests.support.callers",
    "tests.support.sources",
]
