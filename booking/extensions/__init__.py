"""More visits against a prescription: asked with a reason, answered by whoever prescribed, on a new paper."""
