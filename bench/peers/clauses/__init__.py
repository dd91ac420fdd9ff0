"""The peers that tell barrier kinds, one a file."""
