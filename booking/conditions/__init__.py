"""Terms and price rules as their provider edits them: sets to begin with, what is odd about them, examples, versions."""
