"""The proofs: rules, actions, web, browser, house, each mirroring the packages."""
