"""Write reports as files, one format a module: `formats` finds one by name, `format` says what they have in common."""
