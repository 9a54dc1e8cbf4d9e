"""Table 2 from the records of a user study."""

import json

import pytest

from experiments import table2


def write_record(folder, name, played=False, finished=True, model="bundled", quality=4, seconds=2.0):
    """A record by hand: two answers a picture, the points twice as slow and worth one less."""
    pictures = []
    for way, factor in (("questions", 1), ("points", 2)):
        step = {
            "region": 0,
            "color": "#112233",
            "person_seconds": factor * (seconds - 0.5),
            "server_seconds": factor / 2,
        }
        steps = [step | {"kind": "paint"}, step | {"kind": "undo"}, step | {"kind": "paint"}, step | {"kind": "done"}]
        quality_of = quality + 1 - factor
        pictures.append({"set": "comic", "drawing": "a.png", "way": way, "quality": quality_of, "steps": steps})
    record = {
        "format": "guiding-painter study", "version": 1, "played": played, "finished": finished, "model": model,
        "points": "x", "convenience": {"questions": 5, "points": 3}, "pictures": pictures,
    }  # fmt: skip
    (folder / f"{name}.json").write_text(json.dumps(record))


def test_the_table_has_means_over_persons_with_their_intervals(tmp_path, capsys):
    for number, seconds in enumerate((2.0, 4.0, 6.0)):
        write_record(tmp_path, f"person{number}", seconds=seconds, quality=3 + number % 2)
    write_record(tmp_path, "gone", finished=False, seconds=100.0)
    write_record(tmp_path, "script", played=True, seconds=100.0)
    table2.main([str(tmp_path), "--output_dir", str(tmp_path / "out")])
    results = json.loads((tmp_path / "out" / "table2.json").read_text())
    assert (results["sessions"], results["left_out_unfinished"], results["left_out_kind"]) == (3, 1, 1)
    tpi = results["sets"]["comic"]["questions"]["tpi"]
    # Three steps up to the last of two answers: 3, 6, 9 seconds an answer; t of two degrees of freedom is 4.303.
    assert tpi == {"mean": 6.0, "half_width": pytest.approx(4.303 * 3 / 3**0.5, abs=0.01)}
    assert results["sets"]["comic"]["points"]["tpi"]["mean"] == 12.0
    assert results["sets"]["comic"]["difference"]["qs"] == {"mean": 1.0, "half_width": 0.0}
    assert results["total"]["difference"]["cs"]["mean"] == 2.0
    printed = capsys.readouterr().out
    assert "3 persons" in printed
    assert "| questions | 6.00 ± 7.45 / 3.33 ± 1.43 | 5.00 ± 0.00 |" in printed


def test_played_sessions_are_never_shown_as_those_of_people(tmp_path, capsys):
    write_record(tmp_path, "script", played=True)
    with pytest.raises(SystemExit):
        table2.main([str(tmp_path)])
    assert "session of a person" in capsys.readouterr().err
    table2.main([str(tmp_path), "--played"])
    printed = capsys.readouterr().out
    assert printed.startswith("1 played session, in which nobody took part")
    assert "persons" not in printed


def test_records_that_do_not_belong_together_are_refused(tmp_path, capsys):
    write_record(tmp_path, "one")
    write_record(tmp_path, "two", model="other")
    (tmp_path / "notes.txt").write_text("{}")
    for name, words in (("", "different models"), ("notes.txt", "no record"), ("nowhere", "There is no")):
        file = tmp_path / name
        with pytest.raises(SystemExit):
            table2.main([str(file)])
        assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "broken",
    [
        lambda record: record.pop("played"),
        lambda record: record.pop("convenience"),
        lambda record: record["convenience"].pop("points"),
        lambda record: record["pictures"].pop(),
        lambda record: record["pictures"][0].update(steps=[]),
        lambda record: record["pictures"][0].update(quality="good"),
        lambda record: record.update(pictures=[1]),
    ],
)
def test_a_record_that_lacks_something_is_refused_by_its_name(broken, tmp_path, capsys):
    write_record(tmp_path, "one")
    record = json.loads((tmp_path / "one.json").read_text())
    broken(record)
    (tmp_path / "two.json").write_text(json.dumps(record))
    with pytest.raises(SystemExit):
        table2.main([str(tmp_path)])
    assert capsys.readouterr().err.endswith(
        "two.json is no record of a user study: name what space/app.py --study wrote.\n"
    )
