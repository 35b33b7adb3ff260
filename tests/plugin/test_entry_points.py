"""Installed plugins are found; the cache saves the search and is never stale."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rotest_core.plugin.entry_points import PluginEntry, find_plugins
from tests.installed import install, write_points

TINY = PluginEntry("tiny", "tiny", "tiny", "1.0", "a tiny plugin")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    place = tmp_path / "site"
    install(place, "tiny")
    return place


def found(*places: Path) -> tuple[PluginEntry, ...]:
    """Find plugins with a cache beside the first place."""
    return find_plugins([str(place) for place in places], str(places[0].parent / "cache"))


def cache_files(site: Path) -> list[Path]:
    return sorted((site.parent / "cache").iterdir())


def poison(site: Path) -> None:
    """Change what the cache says, so that one can see whether it is used."""
    (file,) = cache_files(site)
    file.write_text(
        file.read_text(encoding="utf-8").replace("a tiny plugin", "out of the cache"), encoding="utf-8"
    )


def test_entry_points_of_the_group_are_found(site: Path) -> None:
    assert found(site) == (TINY,)


def test_second_search_is_answered_by_the_cache(site: Path) -> None:
    found(site)
    poison(site)

    assert found(site)[0].summary == "out of the cache"


def test_cached_answer_does_not_load_importlib_metadata(site: Path) -> None:
    code = (
        "import sys; from rotest_core.plugin.entry_points import find_plugins;"
        "print(len(find_plugins(sys.argv[1:2], sys.argv[2])), 'importlib.metadata' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(site), str(site.parent / "cache")]

    answers = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]

    assert answers == ["1 True\n", "1 False\n"]


def test_new_distribution_is_found_at_once(site: Path) -> None:
    found(site)
    install(site, "other")

    assert [entry.name for entry in found(site)] == ["other", "tiny"]


def test_removed_distribution_is_gone_at_once(site: Path) -> None:
    found(site)
    shutil.rmtree(site / "tiny-1.0.dist-info")

    assert found(site) == ()


def test_entry_point_edited_in_place_is_seen(site: Path) -> None:
    found(site)
    write_points(site / "tiny-1.0.dist-info", {"tiny": "other.module"})

    assert [entry.target for entry in found(site)] == ["other.module"]


def test_entry_points_of_the_same_size_written_at_the_same_time_are_told_apart(site: Path) -> None:
    """As a package manager does that keeps times: only the file itself is another."""
    found(site)
    points = site / "tiny-1.0.dist-info" / "entry_points.txt"
    status = points.stat()
    fresh = points.with_name("fresh")
    fresh.write_text(
        points.read_text(encoding="utf-8").replace("tiny = tiny", "tony = tiny"), encoding="utf-8"
    )
    os.utime(fresh, ns=(status.st_atime_ns, status.st_mtime_ns))
    fresh.replace(points)

    assert [entry.name for entry in found(site)] == ["tony"]


def test_upgraded_distribution_has_its_new_version(site: Path) -> None:
    found(site)
    shutil.rmtree(site / "tiny-1.0.dist-info")
    install(site, "tiny", version="1.1")

    assert [entry.version for entry in found(site)] == ["1.1"]


def test_unrelated_files_leave_the_cache_valid(site: Path) -> None:
    found(site)
    poison(site)
    (site / "module.py").touch()
    (site / "__pycache__").mkdir()
    (site / "tiny-1.0.dist-info" / "RECORD").touch()

    assert found(site)[0].summary == "out of the cache"


def test_places_without_metadata_share_one_cache(site: Path, tmp_path: Path) -> None:
    found(site)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        found(site, tmp_path / name)

    assert len(cache_files(site)) == 1


def test_another_search_path_has_its_own_cache(site: Path, tmp_path: Path) -> None:
    install(tmp_path / "more", "other")

    assert [entry.name for entry in found(site)] == ["tiny"]
    assert [entry.name for entry in found(site, tmp_path / "more")] == ["other", "tiny"]
    assert [entry.name for entry in found(site)] == ["tiny"]
    assert len(cache_files(site)) == 2


def test_earlier_place_hides_a_distribution_of_the_same_name(site: Path, tmp_path: Path) -> None:
    install(tmp_path / "later", "Tiny", version="9", points={"tiny": "later"})

    assert found(site, tmp_path / "later") == (TINY,)


def test_distribution_in_an_archive_is_found(site: Path, tmp_path: Path) -> None:
    archive = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted((site / "tiny-1.0.dist-info").iterdir()):
            file.write(path, f"tiny-1.0.dist-info/{path.name}")
    place = tmp_path / "empty"
    place.mkdir()

    assert found(place, archive) == (TINY,)


def test_broken_metadata_of_another_distribution_does_no_harm(site: Path) -> None:
    broken = site / "broken-1.0.dist-info"
    broken.mkdir()
    (broken / "entry_points.txt").write_text("no section\n[rotest", encoding="utf-8")

    assert found(site) == (TINY,)


@pytest.mark.parametrize("content", ["", "garbage", "rotest entry points 1\n", "\0" * 100])
def test_damaged_cache_is_not_used(site: Path, content: str) -> None:
    found(site)
    (file,) = cache_files(site)
    file.write_text(content, encoding="utf-8")

    assert found(site) == (TINY,)


def test_cache_cut_short_is_not_used(site: Path) -> None:
    found(site)
    (file,) = cache_files(site)
    text = file.read_text(encoding="utf-8")

    for length in range(len(text)):
        file.write_text(text[:length], encoding="utf-8")
        assert found(site) == (TINY,)


def test_cache_that_cannot_be_read_or_written_does_not_matter(site: Path) -> None:
    """A file stands where the cache's directory ought to be: that holds for root, too."""
    (site.parent / "cache").write_text("in the way", encoding="utf-8")

    assert found(site) == (TINY,)


def test_directory_in_place_of_the_cache_file_does_not_matter(site: Path) -> None:
    found(site)
    (file,) = cache_files(site)
    file.unlink()
    file.mkdir()

    assert found(site) == (TINY,)
    assert cache_files(site) == [file]


def test_places_that_are_not_there_do_no_harm(site: Path) -> None:
    assert found(site, site.parent / "absent") == (TINY,)


def test_summary_of_any_shape_survives_the_cache(tmp_path: Path) -> None:
    install(tmp_path / "site", "tiny", summary="tabs\tand  spaces, grüße \u2028 end")

    first, second = found(tmp_path / "site"), found(tmp_path / "site")

    assert " ".join(first[0].summary.split()) == second[0].summary == "tabs and spaces, grüße end"


def test_user_s_cache_directory_follows_xdg(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    find_plugins([str(site)])
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    find_plugins([str(site)])

    assert [len(list((tmp_path / place).iterdir())) for place in ("xdg/rotest", "home/.cache/rotest")] == [
        1,
        1,
    ]
