"""A trace as OpenTelemetry's spans, out and in."""
