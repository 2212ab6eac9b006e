"""The benches at a size that shows nothing but that they run."""
