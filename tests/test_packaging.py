"""What is built is what is tested: wheels, sdists, and each plugin in an environment without the others."""

from __future__ import annotations

import ast
import itertools
import json
import sys
import tarfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from environments import CORE, KIT, ROOT, Built, Project, build, built_core, environment, project, run
from packaging.requirements import Requirement

import backtrack_plugins as bt
from backtrack_plugins import library

if TYPE_CHECKING:
    from collections.abc import Iterator

CORE_NEEDS = {"filelock", "msgspec", "platformdirs", "pluggy", "tomlkit", "tqdm"}

PLUGINS = [project(file.parent) for file in sorted(ROOT.glob("plugins/*/pyproject.toml"))]
PROJECTS = [project(ROOT), *PLUGINS]

each_project = pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
each_plugin = pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    """Every distribution, built from the checkout without a network."""

    def archives(project: Project) -> Built:
        if project.folder == ROOT:
            return built_core(tmp_path_factory)
        return build(project.folder, tmp_path_factory.mktemp(project.package))

    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip([project.name for project in PROJECTS], pool.map(archives, PROJECTS), strict=True))


@pytest.fixture(scope="module")
def environments(
    built: dict[str, Built], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Path]]]:
    """For each plugin the Python of an environment with the core, the plugin, and what the two need."""

    def install(plugin: Project) -> Path:
        return environment(tmp_path_factory, built[plugin.name].wheel)

    with ThreadPoolExecutor(max_workers=2) as pool:
        yield {plugin.name: pool.submit(install, plugin) for plugin in PLUGINS}


@each_project
def test_a_wheel_holds_the_package_whole_and_nothing_else(project: Project, built: dict[str, Built]) -> None:
    tracked = {
        file.relative_to(project.folder / "src").as_posix()
        for file in project.source.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    files = built[project.name].files
    assert {name for name in files if ".dist-info/" not in name} == tracked
    assert f"{project.package}/py.typed" in files
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in files)


def test_the_wheel_of_the_core_holds_the_schema_the_library_and_the_notice(built: dict[str, Built]) -> None:
    files = built[CORE].files
    assert "backtrack_plugins/schema/workout-1.json" in files
    pages = {Path(name).stem for name in files if name.startswith("backtrack_plugins/library/")}
    assert set(library.names()) <= pages
    assert any(name.endswith(".dist-info/licenses/NOTICE") for name in files)


@each_project
def test_an_sdist_holds_what_it_is_built_and_read_from(project: Project, built: dict[str, Built]) -> None:
    with tarfile.open(built[project.name].sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", f"src/{project.package}/py.typed"} <= names
    assert not [
        name for name in names if name.startswith((".venv", "out/", "dist/")) or "__pycache__" in name
    ]


def test_the_core_needs_six_libraries_and_no_more(built: dict[str, Built]) -> None:
    needed = [Requirement(text) for text in built[CORE].metadata.get_all("Requires-Dist", [])]
    assert {
        requirement.name for requirement in needed if "extra" not in str(requirement.marker)
    } == CORE_NEEDS


@each_plugin
def test_a_plugin_has_the_version_of_the_core_and_admits_it(plugin: Project, built: dict[str, Built]) -> None:
    metadata = built[plugin.name].metadata
    assert metadata["Version"] == built[CORE].metadata["Version"] == bt.__version__
    needed = [Requirement(text) for text in metadata.get_all("Requires-Dist", [])]
    core = next(requirement for requirement in needed if requirement.name == CORE)
    assert core.specifier.contains(bt.__version__)
    assert not core.specifier.contains("1.0")


@each_plugin
def test_a_plugin_works_where_no_other_is_installed(
    plugin: Project, environments: dict[str, Future[Path]], tmp_path: Path
) -> None:
    python = environments[plugin.name].result()
    listing = "import importlib.metadata as m; print(*{d.name for d in m.distributions()})"
    installed = run(python, "-c", listing, cwd=tmp_path).split()
    assert {name for name in installed if name.startswith("backtrack")} == {CORE, plugin.name}

    rows = json.loads(run(python, "-m", "backtrack_plugins", "formats", "--check", "--json", cwd=tmp_path))[
        "plugins"
    ]
    assert {(row["kind"], row["name"], row["state"]) for row in rows} == {
        (kind, name, "installed") for kind, name in plugin.formats
    }


@each_plugin
def test_a_plugin_passes_the_kit_where_no_other_is_installed(
    plugin: Project, environments: dict[str, Future[Path]], tmp_path: Path
) -> None:
    assert plugin.kit_tests
    # Copied out of the checkout, so that no configuration and no source of it is near.
    copies = [tmp_path / file.name for file in plugin.kit_tests]
    for file, copy in zip(plugin.kit_tests, copies, strict=True):
        copy.write_bytes(file.read_bytes())
    python = environments[plugin.name].result()
    # Splicing needs what exporting and importing need, which is asked here.
    flags = ("-q", "-W", "error", "-p", "no:cacheprovider", "-k", "not Splices")
    said = run(python, "-m", "pytest", *flags, *copies, cwd=tmp_path)
    assert " passed" in said


def imports_of(source: Path) -> Iterator[tuple[str, str | None]]:
    """Module and name of every import in a package; no name where the module itself is imported."""
    for file in source.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), filename=str(file))):
            if isinstance(node, ast.Import):
                yield from ((alias.name, None) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file}: a relative import"
                yield from ((str(node.module), alias.name) for alias in node.names)


KIT_MODULES = (f"{KIT}.mishaps", f"{KIT}.standin")
"""Of the kit, what its page names beside the kit itself."""


@each_plugin
def test_a_plugin_knows_nothing_of_the_core_but_its_public_names(plugin: Project) -> None:
    modules = {file.stem for file in (ROOT / "src" / "backtrack_plugins").iterdir()}
    found = {
        (module, name)
        for module, name in imports_of(plugin.source)
        if module.partition(".")[0] == "backtrack_plugins"
    }
    assert found
    for module, name in found:
        assert module in {"backtrack_plugins", KIT, *KIT_MODULES}
        assert module != "backtrack_plugins" or name is None or (name in bt.__all__ and name not in modules)


@each_plugin
def test_a_plugin_imports_only_what_it_declares(plugin: Project) -> None:
    extras = plugin.table.get("optional-dependencies", {}).values()
    needed, optional = (
        {Requirement(text).name.replace("-", "_") for text in requirements}
        for requirements in (plugin.table["dependencies"], itertools.chain(*extras))
    )
    imported = {module.partition(".")[0] for module, _ in imports_of(plugin.source)}
    theirs = imported - sys.stdlib_module_names - {plugin.package}
    assert needed <= theirs <= needed | optional
