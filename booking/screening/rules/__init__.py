"""The health screening: what is asked, what an answer means, and what a visit must leave out. Strictest rule wins."""
