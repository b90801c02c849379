"""Pure thinking about the intake, the comfort card and the papers beside them."""
