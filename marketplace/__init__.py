"""The ground floor: what is true of any marketplace (accounts, database, money, time, letters). It knows nothing of massage."""
