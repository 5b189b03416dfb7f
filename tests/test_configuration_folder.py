"""Where the athlete is looked for: the answer of platformdirs, without importing it."""

import pytest

from backtrack_plugins.cli.inputs import CONFIGURATION, configuration_folder


@pytest.mark.parametrize("xdg", [None, "", " ", "/somewhere/config", "relative/config", "/with a space/"])
@pytest.mark.parametrize("home", ["/home/ada", "/home/ada/"])
def test_the_configuration_folder_is_the_one_platformdirs_names(monkeypatch, xdg, home):
    from platformdirs import user_config_dir

    monkeypatch.setenv("HOME", home)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    if xdg is not None:
        monkeypatch.setenv("XDG_CONFIG_HOME", xdg)
    assert configuration_folder() == user_config_dir(CONFIGURATION, appauthor=False)
