"""The second floor: who may work, what they offer, where and when."""
