"""The reader of forms sends what a browser would."""

from types import SimpleNamespace

from tests.support.callers import forms_of

PAGE = """
<form action="/logout" method="post"><input type="hidden" name="csrf_token" value="t1"></form>
<form id="wish" method="POST">
  <input type="hidden" name="csrf_token" value="t2"><input name="zip" value="10024"><input name="empty">
  <input type="checkbox" name="setting" value="home" checked><input type="checkbox" name="setting" value="clinic">
  <input type="checkbox" name="setting" value="hotel" checked><input type="radio" name="when" value="now"><input type="radio" name="when" value="later" checked>
  <select name="minutes"><option value="60">60</option><option value="90" selected>90</option></select>
  <select name="first"><option value="a">a</option><option value="b">b</option></select>
  <textarea name="note">line &amp; line</textarea><input name="off" value="x" disabled><button name="go" value="1">Go</button>
</form>
"""


def test_a_form_is_read_as_a_browser_reads_it():
    logout, wish = forms_of(SimpleNamespace(text=PAGE))
    assert (logout["action"], logout["method"]) == ("/logout", "post")
    assert (wish["id"], wish["action"], wish["method"]) == ("wish", None, "post")
    assert wish["values"] == {
        "csrf_token": "t2",
        "zip": "10024",
        "empty": "",
        "setting": ["home", "hotel"],
        "when": "later",
        "minutes": "90",
        "first": "a",
        "note": "line & line",
    }
