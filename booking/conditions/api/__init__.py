"""JSON of terms and price rules: sets, previews, versions."""
