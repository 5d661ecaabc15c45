"""Bad input of every kind ends in one sentence with a remedy, the right exit code, and a workbook as it was."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from command_line import Office, Said, synctui

WORKBOOK = "awards.xlsx"
PULL = ("pull", "Awards", "--workbook", WORKBOOK)
DIFF = ("diff", "Awards", "--workbook", WORKBOOK)
PUSH = ("push", "Awards", "--workbook", WORKBOOK, "--yes")


def refused(office: Office, arguments: tuple[str, ...], exit_code: int) -> Said:
    """The command's failure; its answer, its words for people and its harmlessness are looked at here."""
    before = office.workbook.read_bytes() if office.workbook.exists() else None
    said = synctui(*arguments, "--json")
    assert said.exit_code == exit_code, said.stdout + said.stderr
    assert "\n" not in said.error["message"]
    assert said.error["hint"]
    people = synctui(*arguments)
    assert (people.exit_code, people.stdout) == (exit_code, "")
    assert "Traceback" not in people.stderr
    after = office.workbook.read_bytes() if office.workbook.exists() else None
    assert after == before
    assert not [path for path in office.folder.iterdir() if path.name.endswith(".part")]
    assert not (office.folder / "home" / "crashes").exists()
    return said


# -- settings


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('kind = "smartsimple"', 'kind = "smartsimpel"', "connections.grants.kind"),
        ('companyid = "700100"', 'compnyid = "700100"', "companyid"),
        ('map = "VENDORS FROM EXCEL"', 'mpa = "VENDORS FROM EXCEL"', "'map'"),
        ("page_size = 500", 'page_size = "many"', "links.Awards.source.page_size"),
        ('password_form = "rsa"', 'password_form = "rot13"', "password_form"),
        ('key = "recordid"', "key = ", "not valid TOML"),
        ('connection = "grants"', 'connection = "grant"', "'grants'"),
        ('url = "http://127.0.0.1', 'url = "http://192.0.2.1', "https"),
        ('record = "levelone"', 'record = "levelnone"', "links.Awards.source.record"),
    ],
)
def test_a_wrong_setting_is_named(old: str, new: str, words: str, office: Office) -> None:
    office.set_up(old, new)
    said = synctui(*PULL, "--json")
    assert said.exit_code == 2
    assert words in said.error["message"] + said.error["hint"]
    assert "synctui.toml" in said.error["message"]
    assert not office.workbook.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pull", "Award", "--workbook", WORKBOOK), "'Awards'"),
        (("diff", "Award", "--workbook", WORKBOOK), "'Awards'"),
        (("check", "grant"), "'grants'"),
        (("maps", "rep"), "'erp'"),
        (("maps", "grants"), "kind eone"),
        (("columns", "erp", "VENDORS FROM EXEL"), "VENDORS FROM EXCEL"),
        (("run", "erp", "VENDRS", "--yes"), "VENDORS"),
        (("run", "erp", "VENDORS", "--yes", "--var", "DATE=1"), "GBL_DATE"),
        (("--config", "nowhere.toml", "check"), "nowhere.toml"),
        (("practice", "--faults", "eone.run:cut_afer"), "cut_after"),
        (("show", "zzz"), "synctui runs"),
    ],
)
def test_a_wrong_name_tells_the_nearest(arguments: tuple[str, ...], words: str, office: Office) -> None:
    if arguments[0] == "diff":
        office.pull()
    said = refused(office, arguments, 2)
    assert words in said.error["message"] + said.error["hint"]


def test_a_key_that_the_records_do_not_have_names_their_columns(office: Office) -> None:
    office.set_up('key = "recordid"', 'key = "record"')
    said = refused(office, PULL, 2)
    assert "recordid" in said.error["hint"]


def test_a_mapped_column_that_is_misspelt_names_the_nearest(office: Office) -> None:
    office.set_up('County = "cf_County"', 'Conty = "cf_County"')
    office.pull()
    office.type({5: {"cf_County": "Ramsey"}})
    assert "'County'" in str(refused(office, PUSH, 2).error)


def test_a_secret_that_is_not_set_says_where_it_is_looked_for(office: Office) -> None:
    office.set_up('apitoken = "R3JhbnRzTGlzdEZ1bmN0aW9u!Zg~~"', 'apitoken = "env:AWARDS_LIST_TOKEN"')
    said = refused(office, PULL, 2)
    assert "AWARDS_LIST_TOKEN" in said.error["message"]


# -- the other side


@pytest.mark.parametrize(
    ("old", "new", "command"),
    [
        ('password = "Sample-Passw0rd"', 'password = "wrong"', ("maps", "erp")),
        ('password = "Pr&ctice+100%é"', 'password = "wrong"', PULL),
        ('username = "sync@example.org"', 'username = "nobody@example.org"', PULL),
        ('apitoken = "R3JhbnRz', 'apitoken = "wrong', PULL),
        ('companyid = "700100"', 'companyid = "1"', PULL),
        ('record = "levelone"', 'record = "leveltwo"', PULL),
        ('company = "6f0c1d52-', 'company = "7f0c1d52-', ("maps", "erp")),
        ('password_form = "rsa"', 'password_form = "hmac"\nlogin_url = "http://127.0.0.1:9"\n#', ("maps", "erp")),
    ],
)
def test_a_wrong_key_or_password_is_3(old: str, new: str, command: tuple[str, ...], office: Office) -> None:
    if old.startswith("password_form"):
        office.practice.switches.set("sign_in_forms", "rsa")
        office.set_up("login_url", "# login_url")
    office.set_up(old, new)
    refused(office, command, 3)


@pytest.mark.parametrize(
    ("answer", "causes"),
    [("401", ("user name or password", "API User", "companyid")), ("empty", ("apitoken", "recordid", "record type"))],
)
def test_a_refusal_lists_the_vendors_causes(answer: str, causes: tuple[str, ...], office: Office) -> None:
    office.practice.faults.arm(f"smartsimple:{answer}")
    hint = refused(office, PULL, 3).error["hint"]
    assert [cause for cause in causes if cause not in hint] == []


def test_a_host_that_is_not_there_is_3(office: Office, unused_port: int) -> None:
    office.set_up(office.practice.url + "/smartsimple", f"http://127.0.0.1:{unused_port}/smartsimple")
    said = synctui(*PULL, "--json")
    assert said.exit_code == 3
    assert "127.0.0.1 cannot be reached" in said.error["message"]
    assert said.error["hint"]
    assert not office.workbook.exists()


@pytest.mark.parametrize("fault", ["html200", "truncated", "gzip_bomb", "deep", "redirect", "limit"])
@pytest.mark.parametrize("first", [True, False], ids=["first pull", "refresh"])
def test_an_answer_that_makes_no_sense_leaves_the_workbook_as_it_was(fault: str, first: bool, office: Office) -> None:
    if not first:
        office.pull()
        office.type({5: {"cf_County": "Ramsey"}})
    office.practice.faults.arm(f"smartsimple.list:{fault}")
    refused(office, PULL, 5 if fault == "limit" else 3)


def test_a_spent_budget_says_until_when(office: Office) -> None:
    office.set_up('username = "sync@example.org"', 'username = "sync@example.org"\nhourly_calls = 1')
    office.pull(exit_code=0)
    said = refused(office, PULL, 5)
    assert said.error["until"].startswith("20")


def test_an_expired_token_is_renewed_without_a_word(office: Office) -> None:
    office.practice.faults.arm("eone.maps:token_expired*1")
    assert synctui("maps", "erp").exit_code == 0


@pytest.mark.parametrize("fault", ["401", "html200", "redirect"])
def test_a_target_that_cannot_be_reached_receives_nothing_and_the_rows_stay_edited(fault: str, office: Office) -> None:
    office.pull()
    office.type({5: {"cf_County": "Ramsey"}})
    office.practice.faults.arm(f"eone.columns:{fault}")
    refused(office, PUSH, 3)
    office.practice.faults.clear()
    assert office.runs() == []
    assert office.push()["accepted"] == 1


@pytest.mark.parametrize(
    "fault", ["html200", "truncated", "cut_after", "cut_answer", "500_after", "empty_after", "miscount", "gzip_bomb"]
)
def test_an_answer_to_a_push_that_makes_no_sense_is_in_doubt(fault: str, office: Office) -> None:
    office.pull()
    office.type({5: {"cf_County": "Ramsey"}})
    office.practice.faults.arm(f"eone.run:{fault}*1")
    answer = office.push(exit_code=6)
    assert (answer["in_doubt"], answer["rows"][0]["outcome"]) == (1, "in_doubt")
    assert answer["rows"][0]["message"]
    assert len(office.runs()) == 1


# -- the workbook


def damaged(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def no_workbook(path: Path) -> None:
    path.write_text("a,b\n1,2\n", encoding="utf-8")


def locked(path: Path) -> None:
    (path.parent / f"~${path.name}").write_bytes(b"\x04Dana")


def read_only(path: Path) -> None:
    path.chmod(0o444)


def another_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "hello")


def old_format(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000))


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def without_passport(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    del book["_synctui"]
    book.save(path)


def without_key_column(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["Awards"]
    headers = [cell.value for cell in sheet[1]]
    sheet.cell(1, headers.index("recordid") + 1).value = "id"
    book.save(path)


def tampered_passport(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["_synctui"]
    sheet["A3"].value = str(sheet["A3"].value) + " "
    book.save(path)


UNUSABLE = [damaged, no_workbook, another_zip, old_format, a_folder]
UNLINKED = [without_passport, tampered_passport, without_key_column]


@pytest.mark.parametrize("command", [PULL, DIFF, PUSH], ids=lambda command: command[0])
@pytest.mark.parametrize("harm", [*UNUSABLE, *UNLINKED], ids=lambda harm: harm.__name__)
def test_a_workbook_that_cannot_be_used_is_7(
    harm: Callable[[Path], None], command: tuple[str, ...], office: Office
) -> None:
    office.pull()
    office.type({5: {"cf_County": "Ramsey"}})
    harm(office.workbook)
    said = synctui(*command, "--json")
    assert said.exit_code == 7, said.stdout + said.stderr
    assert said.error["hint"]
    assert office.runs() == []


@pytest.mark.parametrize("command", [PULL, PUSH], ids=lambda command: command[0])
@pytest.mark.parametrize("harm", [locked, read_only], ids=lambda harm: harm.__name__)
def test_a_workbook_that_must_not_be_written_is_7_and_nothing_is_sent(
    harm: Callable[[Path], None], command: tuple[str, ...], office: Office
) -> None:
    office.pull()
    office.type({5: {"cf_County": "Ramsey"}})
    before = office.workbook.read_bytes()
    harm(office.workbook)
    said = synctui(*command, "--json")
    assert said.exit_code == 7, said.stdout + said.stderr
    assert office.runs() == []
    assert office.workbook.read_bytes() == before
    assert office.diff()["changes"], "reading is still allowed"


@pytest.mark.parametrize("command", [DIFF, PUSH], ids=lambda command: command[0])
def test_a_workbook_that_is_not_there_is_7(command: tuple[str, ...], office: Office) -> None:
    said = refused(office, command, 7)
    assert WORKBOOK in said.error["message"]
    assert "pull" in said.error["hint"]


def test_a_folder_that_is_not_there_is_7_before_anything_is_asked(office: Office) -> None:
    said = refused(office, ("pull", "Awards", "--workbook", "no/such/folder.xlsx"), 7)
    assert "folder" in said.error["message"]
    assert office.practice.received == ()


def test_another_environment_is_named_beside_the_present_one(office: Office) -> None:
    office.pull()
    office.type({5: {"cf_County": "Ramsey"}})
    office.set_up('environment = "practice"', 'environment = "production"')
    said = refused(office, PUSH, 7)
    assert "practice" in said.error["message"]
    assert "production" in said.error["message"]
    assert office.runs() == []
