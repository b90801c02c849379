"""Pure rules of places: geometry, travel, service areas, addresses, the street grid, the map projection."""
