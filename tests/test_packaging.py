"""What is installed is what is in the tree: no package and no data file is forgotten in pyproject.toml."""

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
PACKAGES = ("bot", "handlers", "reminders", "rules", "storage")


def files_of_the_tree() -> set[str]:
    return {
        path.relative_to(TOP).as_posix()
        for package in PACKAGES
        for path in (TOP / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from a copy, so that nothing left over in the tree can help."""
    folder = tmp_path_factory.mktemp("wheel")
    for package in PACKAGES:
        shutil.copytree(TOP / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(TOP / name, folder)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(folder / "out"),
        str(folder),
    ]
    subprocess.run(build, check=True)
    [built] = (folder / "out").glob("sanbao-*.whl")
    with zipfile.ZipFile(built) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_a_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: set[str]) -> None:
    assert wheel == files_of_the_tree()


@pytest.mark.parametrize(
    "name",
    [
        "bot/sample/city.xlsx",
        "bot/web/static/index.html",
        "rules/book.toml",
        "storage/migrations/script.py.mako",
        "storage/migrations/versions/0001_first_tables.py",
    ],
)
def test_a_wheel_holds_what_the_program_reads_at_run_time(wheel: set[str], name: str) -> None:
    assert name in wheel


def test_every_dependency_is_pinned_and_no_place_is_named() -> None:
    pins = (TOP / "constraints.txt").read_text("utf-8").splitlines()
    names = {pin.split("==")[0].lower().replace("_", "-") for pin in pins}
    assert all(pin.count("==") == 1 and "/" not in pin for pin in pins)
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    for requirement in wanted:
        name = requirement.split(";")[0].split("[")[0].split(">")[0].split("=")[0].split("<")[0].strip()
        assert name in names, requirement
