"""The description of the JSON API, held against the code by a test."""
