"""ZWO for backtrack-plugins: workouts for Zwift, and for a treadmill that QZ drives."""
