"""When a visit can begin: one set of rules for what is offered, what is searched and what is booked."""
