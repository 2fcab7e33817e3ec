"""Features, one implementation for training and scoring: `text` hashes n-grams, `context` looks around, `outline` looks for articles."""
