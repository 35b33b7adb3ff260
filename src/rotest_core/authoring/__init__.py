"""What users write; nothing runs here."""
