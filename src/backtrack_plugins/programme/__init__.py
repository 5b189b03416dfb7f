"""A dated series of workouts that grows with whoever does it, one step at a time, and goes back when needed.

The ladder says what each step up asks for, the state machine which rung comes next and why, a week is a
rung as a Workout, and a folder keeps it all. No clock is read: every function that looks at the date is
given it.
"""

from backtrack_plugins.programme.folder import begin_folder as begin_folder
from backtrack_plugins.programme.folder import programme_files as programme_files
from backtrack_plugins.programme.folder import read_programme as read_programme
from backtrack_plugins.programme.folder import write_programme as write_programme
from backtrack_plugins.programme.outcome import Outcome as Outcome
from backtrack_plugins.programme.plan import Done as Done
from backtrack_plugins.programme.plan import Pending as Pending
from backtrack_plugins.programme.plan import Plan as Plan
from backtrack_plugins.programme.series import Programme as Programme
from backtrack_plugins.programme.series import Recorded as Recorded
from backtrack_plugins.programme.series import Week as Week
from backtrack_plugins.programme.series import level_to_train_at as level_to_train_at
from backtrack_plugins.programme.series import new_programme as new_programme
from backtrack_plugins.programme.series import problems_of as problems_of
from backtrack_plugins.programme.state import STATE_FILE as STATE_FILE
from backtrack_plugins.programme.state import programme_from_toml as programme_from_toml
