"""The public names: what an app developer may import, what importing costs, and true examples."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import backtrack_plugins

SOURCE = Path(backtrack_plugins.__file__)
NOT_FOR_DOCTESTS = {"backtrack_plugins.testing", "backtrack_plugins.cli", "backtrack_plugins.__main__"}
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(
        backtrack_plugins.__path__, "backtrack_plugins.", onerror=lambda _name: None
    )
    if ".".join(module.name.split(".")[:2]) not in NOT_FOR_DOCTESTS
)


def _typed_names() -> dict[str, str]:
    """Public names by the module that a type checker finds them in."""
    (guarded,) = (
        node
        for node in ast.parse(SOURCE.read_text(encoding="utf-8")).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    names = {}
    for node in guarded.body:
        assert isinstance(node, ast.ImportFrom)
        for alias in node.names:
            assert alias.asname == alias.name, (
                f"{alias.name} is re-exported only when it is imported as itself"
            )
            names[alias.name] = node.module.removeprefix("backtrack_plugins.")
    return names


@pytest.mark.parametrize("name", backtrack_plugins.__all__)
def test_every_public_name_resolves(name):
    assert getattr(backtrack_plugins, name) is not None


def test_a_type_checker_and_the_interpreter_find_the_same_names_in_the_same_places():
    lazily = {name: module for module, names in backtrack_plugins._MODULES.items() for name in names}
    assert _typed_names() == lazily
    assert sorted(backtrack_plugins.__all__) == sorted(["__version__", *lazily])


@pytest.mark.parametrize(("name", "module"), _typed_names().items())
def test_a_public_name_is_the_object_of_its_module(name, module):
    home = importlib.import_module(f"backtrack_plugins.{module}")
    assert getattr(backtrack_plugins, name) is getattr(home, name)


def test_no_public_name_hides_a_module():
    modules = {module.name for module in pkgutil.iter_modules(backtrack_plugins.__path__)}
    assert modules.isdisjoint(backtrack_plugins.__all__)


def test_dir_lists_the_public_names():
    assert dir(backtrack_plugins) == sorted(backtrack_plugins.__all__)


def test_a_star_import_brings_the_public_names():
    found: dict[str, object] = {}
    exec("from backtrack_plugins import *", found)
    assert set(backtrack_plugins.__all__) <= set(found)


@pytest.mark.parametrize("name", ["nothing", "Workuot", "_private", "__wrapped__"])
def test_an_unknown_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=f"'backtrack_plugins' has no attribute '{name}'"):
        getattr(backtrack_plugins, name)
    assert not hasattr(backtrack_plugins, name)


def _fresh(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_package_imports_nothing_of_weight():
    code = """
import sys
before = set(sys.modules)
import backtrack_plugins
backtrack_plugins.__version__, dir(backtrack_plugins)
print(sorted(set(sys.modules) - before - {"__future__"}))
"""
    assert _fresh(code) == "['backtrack_plugins']"


@pytest.mark.parametrize("name", ["parse", "write", "Workout", "Speed", "Athlete", "expand", "check"])
def test_reading_expanding_and_checking_need_no_plugin_machinery(name):
    assert (
        _fresh(f"import sys, backtrack_plugins as bt; bt.{name}; print('pluggy' in sys.modules)") == "False"
    )


def test_a_name_is_resolved_once():
    code = "import backtrack_plugins as bt; bt.parse; print('parse' in vars(bt), 'Speed' in vars(bt))"
    assert _fresh(code) == "True False"


@pytest.mark.parametrize("module", MODULES)
def test_what_the_docstrings_show_is_true(module):
    imported = importlib.import_module(module)
    assert doctest.testmod(imported).failed == 0


def test_the_docstrings_of_the_text_side_show_examples():
    for module in ("units", "line", "page", "mapping", "writing", "workout", "athlete"):
        found = doctest.DocTestFinder().find(importlib.import_module(f"backtrack_plugins.{module}"))
        assert any(test.examples for test in found), module
