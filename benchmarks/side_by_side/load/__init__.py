"""Programs that make load or serve a route."""
