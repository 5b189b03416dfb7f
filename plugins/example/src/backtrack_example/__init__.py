"""The tutorial's plugin: a workout's segments as CSV."""
