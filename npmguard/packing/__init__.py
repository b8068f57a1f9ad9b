"""Which files npm would publish, and what a tarball holds."""
