"""The tutorial's plugin: a workout's segments as CSV, and a check of one hour."""
