"""Pure building blocks: intervals, money, wall time, errors. Standard library only."""
