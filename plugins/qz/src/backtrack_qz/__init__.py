"""QZ's treadmill workouts for backtrack-plugins: a program that moves the belt, and tilts it."""
