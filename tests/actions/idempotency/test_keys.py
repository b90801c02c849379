"""One key, one deed: repeated, changed, refused, racing, and after a crash between the deed and its answer."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from marketplace import clock as product_clock
from marketplace.accounts.models import Account
from marketplace.db import db, transaction
from marketplace.idempotency.actions import forget_old_keys
from marketplace.idempotency.models import IdempotencyKey

ANN = {"email": "ann@example.com", "password": "a few words here", "name": "Ann", "role": "client"}


def create(app, key="one", body=ANN, **headers):
    return app.test_client().post("/api/v1/accounts", json=body, headers={"Idempotency-Key": key, **headers})


def accounts(app) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Account))


def keys(app) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(IdempotencyKey))


def test_the_same_key_and_body_give_the_same_answer(app):
    first, again = create(app), create(app)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.mimetype == "application/json"
    assert accounts(app) == 1


def test_another_body_is_a_conflict(app):
    create(app)
    answer = create(app, body=ANN | {"name": "Anne"})
    assert (answer.status_code, answer.json["code"]) == (409, "idempotency_conflict")


def test_another_key_is_another_deed(app):
    assert create(app).json != create(app, "two").json


def test_a_refusal_leaves_the_key_free(app):
    refused = create(app, body=ANN | {"password": "short"})
    assert refused.status_code == 422
    assert keys(app) == 0
    assert create(app).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there"])
def test_a_key_that_is_none(app, key):
    answer = create(app, key)
    assert (answer.status_code, answer.json["code"]) == (400, "bad_idempotency_key")
    assert accounts(app) == 0


def test_after_a_crash_before_the_answer_the_deed_is_not_done_again(app, clock):
    create(app)
    clock.advance(minutes=1)
    with app.app_context(), transaction() as session:
        session.execute(update(IdempotencyKey).values(status=None, answer=None))
    answer = create(app)
    assert (answer.status_code, answer.json["code"]) == (409, "idempotency_in_progress")
    assert "List what you have" in answer.json["detail"]
    assert accounts(app) == 1


def test_eight_at_once_are_one_deed(app):
    for round_ in range(5):
        body = ANN | {"email": f"racer{round_}@example.com"}
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _, body=body, round_=round_: create(app, f"key {round_}", body), range(8)))
        assert [answer.status_code for answer in answers] == [201] * 8
        assert len({answer.json["id"] for answer in answers}) == 1
        assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 7
    assert accounts(app) == 5
    assert keys(app) == 5


def test_eight_at_once_with_two_bodies_are_one_deed_and_conflicts(app):
    bodies = [ANN | {"name": f"Ann {number % 2}"} for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda body: create(app, body=body), bodies))
    assert sorted({answer.status_code for answer in answers}) == [201, 409]
    assert len({answer.json["id"] for answer in answers if answer.status_code == 201}) == 1
    assert {answer.json["code"] for answer in answers if answer.status_code == 409} == {"idempotency_conflict"}
    assert accounts(app) == 1


def test_keys_are_forgotten_after_a_day(ctx, clock):
    create(ctx)
    clock.advance(hours=23)
    assert forget_old_keys(product_clock.now()) == 0
    clock.advance(hours=1, seconds=1)
    assert forget_old_keys(product_clock.now()) == 1


def test_kept_answers_are_sealed(app):
    answer = create(app)
    with app.app_context():
        raw = db.session.connection().exec_driver_sql("SELECT answer FROM idempotency_key").scalar()
    assert answer.json["id"] not in raw
