"""Examples of every detector, a module for each module of the catalogue, each with its `EXAMPLES`."""
