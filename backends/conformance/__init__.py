"""Whether a shop's own server keeps to `backends/openapi.yaml`, said in plain words."""
