"""Small servers that speak the providers' documented protocols, for the providers' own clients."""
