"""intervals.icu for backtrack-plugins: workouts as the text that its workout builder takes."""
