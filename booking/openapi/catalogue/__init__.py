"""The descriptions: schemas and operations, one file for each side of the house."""
