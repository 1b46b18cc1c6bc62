"""One encoder a file; each loads its library only when it is named."""
