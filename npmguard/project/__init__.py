"""What lies on disk: finding projects, and reading their files."""
