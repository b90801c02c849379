"""Gift cards: bought for somebody, used toward visits with one therapist, with a balance and a history."""
