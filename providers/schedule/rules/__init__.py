"""What the schedule means, thought through without a database: hours, exceptions and the open time they give."""
