"""Finding by need: which techniques go with a complaint and an aim, why, and who offers them. Nothing here promises an effect."""
