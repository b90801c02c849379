"""The first tables

Revision ID: 0001
Revises: 
Create Date: 2026-11-22 17:11:25.760805

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

OVERLAP = """
SELECT RAISE(ABORT, 'claim_overlap') WHERE NEW.live AND EXISTS (
    SELECT 1 FROM claim WHERE provider_id = NEW.provider_id AND live AND id <> NEW.id
    AND busy_from_minute < NEW.end_minute + NEW.after_minutes
    AND busy_until_minute > NEW.begin_minute - NEW.before_minutes);
"""
APPEND_ONLY = ("audit_entry", "appointment_event")


def guarantee_on_sqlite() -> None:
    """No two live claims of a provider overlap; the audit and the visits' history only grow."""
    op.execute(f"CREATE TRIGGER claim_insert AFTER INSERT ON claim WHEN NEW.live BEGIN {OVERLAP} END")
    columns = "provider_id, live, begin_minute, end_minute, before_minutes, after_minutes"
    op.execute(f"CREATE TRIGGER claim_update AFTER UPDATE OF {columns} ON claim WHEN NEW.live BEGIN {OVERLAP} END")
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def guarantee_on_postgresql() -> None:
    """The same guarantees, by an exclusion constraint and row triggers."""
    op.execute(
        "ALTER TABLE claim ADD CONSTRAINT ex_claim_no_overlap EXCLUDE USING gist ("
        "int4range(provider_id, provider_id, '[]') WITH =, "
        "int4range(begin_minute - before_minutes, end_minute + after_minutes) WITH &&) WHERE (live)"
    )
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('password', sa.String(length=255), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('fs_uniquifier', sa.String(length=64), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tf_primary_method', sa.String(length=64), nullable=True),
    sa.Column('tf_totp_secret', sa.Text(), nullable=True),
    sa.Column('mf_recovery_codes', sa.Text(), nullable=True),
    sa.Column('failed_sign_ins', sa.Integer(), nullable=False),
    sa.Column('failed_since_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('email', name=op.f('uq_account_email')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_account_fs_uniquifier')),
    sa.UniqueConstraint('public_id', name=op.f('uq_account_public_id'))
    )
    op.create_table('audit_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lane', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('verb', sa.String(length=60), nullable=False),
    sa.Column('object_kind', sa.String(length=40), nullable=False),
    sa.Column('object_id', sa.String(length=80), nullable=False),
    sa.Column('details', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('entry_hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index('ix_audit_entry_actor_at', ['actor', 'at'], unique=False)
        batch_op.create_index('ix_audit_entry_object', ['object_kind', 'object_id'], unique=False)
        batch_op.create_index('uq_audit_entry_lane_number', ['lane', 'number'], unique=True)

    op.create_table('idempotency_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner', sa.String(length=60), nullable=False),
    sa.Column('key', sa.String(length=255), nullable=False),
    sa.Column('request_hash', sa.String(length=64), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_idempotency_key')),
    sa.UniqueConstraint('owner', 'key', name=op.f('uq_idempotency_key_owner_key'))
    )
    op.create_table('outbox_letter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('about', sa.String(length=40), nullable=True),
    sa.Column('recipient', sa.Text(), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('send_after_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('send_before_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('last_error', sa.String(length=200), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_letter')),
    sa.UniqueConstraint('key', name=op.f('uq_outbox_letter_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_outbox_letter_public_id'))
    )
    with op.batch_alter_table('outbox_letter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outbox_letter_about'), ['about'], unique=False)
        batch_op.create_index('ix_outbox_letter_due', ['sent_at', 'withdrawn_at', 'send_after_at'], unique=False)

    op.create_table('role',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('description', sa.String(length=255), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role')),
    sa.UniqueConstraint('name', name=op.f('uq_role_name'))
    )
    op.create_table('account_role',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('role_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_role_account_id_account'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['role_id'], ['role.id'], name=op.f('fk_account_role_role_id_role'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'role_id', name=op.f('pk_account_role'))
    )
    op.create_table('api_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_api_token_account_id_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_token_token_hash'))
    )
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_token_account_id'), ['account_id'], unique=False)

    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('email_confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('zip', sa.String(length=5), nullable=True),
    sa.Column('code_hash', sa.String(length=64), nullable=True),
    sa.Column('code_expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('code_attempts', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_person_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('public_id', name=op.f('uq_person_public_id'))
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_email'), ['email'], unique=False)

    op.create_table('provider',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('state_reason', sa.String(length=300), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('headline', sa.String(length=160), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('gender', sa.String(length=16), nullable=False),
    sa.Column('pronouns', sa.String(length=40), nullable=True),
    sa.Column('profession', sa.String(length=24), nullable=False),
    sa.Column('languages', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('settings', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('answers', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('rating_count', sa.Integer(), nullable=False),
    sa.Column('rating_sum', sa.Integer(), nullable=False),
    sa.Column('sample_data', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('listed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_provider_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider')),
    sa.UniqueConstraint('account_id', name=op.f('uq_provider_account_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_provider_public_id')),
    sa.UniqueConstraint('slug', name=op.f('uq_provider_slug'))
    )
    with op.batch_alter_table('provider', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_provider_state'), ['state'], unique=False)

    op.create_table('change',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('xid', sa.BigInteger(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_change_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_change'))
    )
    with op.batch_alter_table('change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_change_provider_id'), ['provider_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_change_xid'), ['xid'], unique=False)

    op.create_table('consent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.String(length=20), nullable=False),
    sa.Column('sections', sa.Text(), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_consent_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consent_person_id'), ['person_id'], unique=False)

    op.create_table('credential',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('issuer', sa.String(length=120), nullable=False),
    sa.Column('holder_name', sa.String(length=120), nullable=False),
    sa.Column('number', sa.Text(), nullable=True),
    sa.Column('number_fingerprint', sa.String(length=64), nullable=True),
    sa.Column('issued_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('details', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('technique', sa.String(length=32), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verified_source', sa.String(length=200), nullable=True),
    sa.Column('verified_by', sa.String(length=80), nullable=True),
    sa.Column('next_check_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_credential_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credential')),
    sa.UniqueConstraint('public_id', name=op.f('uq_credential_public_id'))
    )
    with op.batch_alter_table('credential', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_credential_provider_id'), ['provider_id'], unique=False)
        batch_op.create_index('ix_credential_provider_kind', ['provider_id', 'kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_credential_status'), ['status'], unique=False)
        batch_op.create_index('uq_credential_license_number', ['number_fingerprint'], unique=True, sqlite_where=sa.text("kind = 'license' AND status = 'verified'"), postgresql_where=sa.text("kind = 'license' AND status = 'verified'"))

    op.create_table('price_policy',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('rules', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('cap_percent', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_price_policy_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_price_policy'))
    )
    with op.batch_alter_table('price_policy', schema=None) as batch_op:
        batch_op.create_index('uq_price_policy_provider_version', ['provider_id', 'version'], unique=True)

    op.create_table('provider_place',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('line1', sa.String(length=160), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=True),
    sa.Column('city', sa.String(length=60), nullable=False),
    sa.Column('zip', sa.String(length=5), nullable=False),
    sa.Column('access', sa.String(length=300), nullable=True),
    sa.Column('neighborhood', sa.String(length=40), nullable=False),
    sa.Column('latitude', sa.Float(), nullable=False),
    sa.Column('longitude', sa.Float(), nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_provider_place_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_place')),
    sa.UniqueConstraint('public_id', name=op.f('uq_provider_place_public_id'))
    )
    with op.batch_alter_table('provider_place', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_provider_place_neighborhood'), ['neighborhood'], unique=False)
        batch_op.create_index(batch_op.f('ix_provider_place_provider_id'), ['provider_id'], unique=False)

    op.create_table('schedule_rule',
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('step_minutes', sa.Integer(), nullable=False),
    sa.Column('offset_minutes', sa.Integer(), nullable=True),
    sa.Column('buffer_before_minutes', sa.Integer(), nullable=False),
    sa.Column('buffer_after_minutes', sa.Integer(), nullable=False),
    sa.Column('notice_minutes', sa.Integer(), nullable=False),
    sa.Column('horizon_days', sa.Integer(), nullable=False),
    sa.Column('max_per_day', sa.Integer(), nullable=True),
    sa.Column('turnover_minutes', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_schedule_rule_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('provider_id', name=op.f('pk_schedule_rule'))
    )
    op.create_table('screening',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('form_version', sa.String(length=20), nullable=False),
    sa.Column('answers', sa.Text(), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('result', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_until_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_screening_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_screening')),
    sa.UniqueConstraint('public_id', name=op.f('uq_screening_public_id'))
    )
    with op.batch_alter_table('screening', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_screening_person_id'), ['person_id'], unique=False)

    op.create_table('service',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('techniques', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('conditions', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('settings', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('first_visit_only', sa.Boolean(), nullable=False),
    sa.Column('buffer_before_minutes', sa.Integer(), nullable=True),
    sa.Column('buffer_after_minutes', sa.Integer(), nullable=True),
    sa.Column('add_ons', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('retired', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_service_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service')),
    sa.UniqueConstraint('provider_id', 'code', name=op.f('uq_service_provider_id_code'))
    )
    op.create_table('service_area',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('mode', sa.String(length=20), nullable=False),
    sa.Column('base', sa.Text(), nullable=True),
    sa.Column('zips', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('neighborhoods', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('radius_meters', sa.Integer(), nullable=True),
    sa.Column('max_travel_minutes', sa.Integer(), nullable=True),
    sa.Column('setup_minutes', sa.Integer(), nullable=False),
    sa.Column('pack_minutes', sa.Integer(), nullable=False),
    sa.Column('covered_zips', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_service_area_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_area')),
    sa.UniqueConstraint('provider_id', name=op.f('uq_service_area_provider_id'))
    )
    op.create_table('terms_policy',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('terms', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_terms_policy_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_terms_policy'))
    )
    with op.batch_alter_table('terms_policy', schema=None) as batch_op:
        batch_op.create_index('uq_terms_policy_provider_version', ['provider_id', 'version'], unique=True)

    op.create_table('claim',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('live', sa.Boolean(), nullable=False),
    sa.Column('begin_minute', sa.Integer(), nullable=False),
    sa.Column('end_minute', sa.Integer(), nullable=False),
    sa.Column('before_minutes', sa.Integer(), nullable=False),
    sa.Column('after_minutes', sa.Integer(), nullable=False),
    sa.Column('busy_from_minute', sa.Integer(), sa.Computed('begin_minute - before_minutes', persisted=True), nullable=False),
    sa.Column('busy_until_minute', sa.Integer(), sa.Computed('end_minute + after_minutes', persisted=True), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=True),
    sa.Column('zip', sa.String(length=5), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.CheckConstraint('before_minutes >= 0 AND after_minutes >= 0', name=op.f('ck_claim_pads_not_negative')),
    sa.CheckConstraint('end_minute > begin_minute', name=op.f('ck_claim_ends_after_begin')),
    sa.ForeignKeyConstraint(['place_id'], ['provider_place.id'], name=op.f('fk_claim_place_id_provider_place'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_claim_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim')),
    sa.UniqueConstraint('public_id', name=op.f('uq_claim_public_id'))
    )
    with op.batch_alter_table('claim', schema=None) as batch_op:
        batch_op.create_index('ix_claim_expiry', ['expires_at'], unique=False, sqlite_where=sa.text('live AND expires_at IS NOT NULL'), postgresql_where=sa.text('live AND expires_at IS NOT NULL'))
        batch_op.create_index('ix_claim_live', ['provider_id', 'busy_from_minute', 'busy_until_minute'], unique=False, sqlite_where=sa.text('live'), postgresql_where=sa.text('live'))

    op.create_table('credential_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('credential_id', sa.Integer(), nullable=False),
    sa.Column('decision', sa.String(length=16), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('source_value', sa.Text(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['credential_id'], ['credential.id'], name=op.f('fk_credential_decision_credential_id_credential'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_credential_decision_decided_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credential_decision'))
    )
    with op.batch_alter_table('credential_decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_credential_decision_credential_id'), ['credential_id'], unique=False)

    op.create_table('credential_document',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('credential_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('media_type', sa.String(length=60), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['credential_id'], ['credential.id'], name=op.f('fk_credential_document_credential_id_credential'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credential_document')),
    sa.UniqueConstraint('public_id', name=op.f('uq_credential_document_public_id'))
    )
    with op.batch_alter_table('credential_document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_credential_document_credential_id'), ['credential_id'], unique=False)

    op.create_table('hours_exception',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('closed', sa.Boolean(), nullable=False),
    sa.Column('opens_minute', sa.Integer(), nullable=True),
    sa.Column('closes_minute', sa.Integer(), nullable=True),
    sa.Column('settings', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['place_id'], ['provider_place.id'], name=op.f('fk_hours_exception_place_id_provider_place'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_hours_exception_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hours_exception'))
    )
    with op.batch_alter_table('hours_exception', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hours_exception_provider_id'), ['provider_id'], unique=False)

    op.create_table('service_duration',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('service_id', sa.Integer(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('price_cents', sa.Integer(), nullable=False),
    sa.CheckConstraint('minutes > 0 AND minutes <= 480', name=op.f('ck_service_duration_minutes_sane')),
    sa.CheckConstraint('price_cents >= 0', name=op.f('ck_service_duration_price_not_negative')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_service_duration_service_id_service'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_duration')),
    sa.UniqueConstraint('service_id', 'minutes', name=op.f('uq_service_duration_service_id_minutes'))
    )
    op.create_table('weekly_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('opens_minute', sa.Integer(), nullable=False),
    sa.Column('closes_minute', sa.Integer(), nullable=False),
    sa.Column('settings', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=True),
    sa.Column('staffing', sa.String(length=12), nullable=True),
    sa.CheckConstraint('opens_minute BETWEEN 0 AND 1439 AND closes_minute > opens_minute AND closes_minute <= 2880', name=op.f('ck_weekly_hours_range_sane')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_weekly_hours_weekday_of_a_week')),
    sa.ForeignKeyConstraint(['place_id'], ['provider_place.id'], name=op.f('fk_weekly_hours_place_id_provider_place'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_weekly_hours_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_weekly_hours'))
    )
    with op.batch_alter_table('weekly_hours', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_weekly_hours_provider_id'), ['provider_id'], unique=False)

    op.create_table('hold',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('service_code', sa.String(length=40), nullable=False),
    sa.Column('service_name', sa.String(length=120), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('setting', sa.String(length=12), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=True),
    sa.Column('zip', sa.String(length=5), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('quote', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('terms', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('draft', sa.Text(), nullable=True),
    sa.Column('origin', sa.String(length=64), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state IN ('live', 'booked', 'released', 'expired')", name=op.f('ck_hold_known_state')),
    sa.ForeignKeyConstraint(['claim_id'], ['claim.id'], name=op.f('fk_hold_claim_id_claim')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_hold_person_id_person')),
    sa.ForeignKeyConstraint(['place_id'], ['provider_place.id'], name=op.f('fk_hold_place_id_provider_place'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_hold_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hold')),
    sa.UniqueConstraint('claim_id', name=op.f('uq_hold_claim_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_hold_public_id'))
    )
    with op.batch_alter_table('hold', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hold_origin'), ['origin'], unique=False)
        batch_op.create_index(batch_op.f('ix_hold_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_hold_provider_id'), ['provider_id'], unique=False)

    op.create_table('appointment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('hold_id', sa.Integer(), nullable=True),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('service_code', sa.String(length=40), nullable=False),
    sa.Column('service_name', sa.String(length=120), nullable=False),
    sa.Column('technique', sa.String(length=32), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('setting', sa.String(length=12), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=True),
    sa.Column('zip', sa.String(length=5), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('quote', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('terms', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('total_cents', sa.Integer(), nullable=False),
    sa.Column('paid_cents', sa.Integer(), nullable=False),
    sa.Column('due_cents', sa.Integer(), nullable=False),
    sa.Column('fee_cents', sa.Integer(), nullable=False),
    sa.Column('payment_method', sa.String(length=12), nullable=False),
    sa.Column('screening_id', sa.Integer(), nullable=True),
    sa.Column('consent_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('uid', sa.String(length=80), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('moves', sa.Integer(), nullable=False),
    sa.Column('free_moves_used', sa.Integer(), nullable=False),
    sa.Column('guest_key_hash', sa.String(length=64), nullable=True),
    sa.Column('attention', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('booked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('respond_by_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_by', sa.String(length=12), nullable=True),
    sa.Column('cancel_reason', sa.String(length=24), nullable=True),
    sa.Column('cancel_note', sa.Text(), nullable=True),
    sa.Column('checked_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checked_out_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sample_data', sa.Boolean(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status IN ('requested', 'confirmed', 'checked_in', 'completed', 'cancelled', 'no_show', 'expired')", name=op.f('ck_appointment_known_status')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_appointment_ends_after_start')),
    sa.CheckConstraint('fee_cents >= 0 AND paid_cents >= 0 AND due_cents >= 0', name=op.f('ck_appointment_money_not_negative')),
    sa.ForeignKeyConstraint(['claim_id'], ['claim.id'], name=op.f('fk_appointment_claim_id_claim')),
    sa.ForeignKeyConstraint(['consent_id'], ['consent.id'], name=op.f('fk_appointment_consent_id_consent')),
    sa.ForeignKeyConstraint(['hold_id'], ['hold.id'], name=op.f('fk_appointment_hold_id_hold')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_appointment_person_id_person')),
    sa.ForeignKeyConstraint(['place_id'], ['provider_place.id'], name=op.f('fk_appointment_place_id_provider_place'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_appointment_provider_id_provider')),
    sa.ForeignKeyConstraint(['screening_id'], ['screening.id'], name=op.f('fk_appointment_screening_id_screening')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointment')),
    sa.UniqueConstraint('claim_id', name=op.f('uq_appointment_claim_id')),
    sa.UniqueConstraint('guest_key_hash', name=op.f('uq_appointment_guest_key_hash')),
    sa.UniqueConstraint('hold_id', name=op.f('uq_appointment_hold_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_appointment_public_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_appointment_reference')),
    sa.UniqueConstraint('uid', name=op.f('uq_appointment_uid'))
    )
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.create_index('ix_appointment_person_starts', ['person_id', 'starts_at'], unique=False)
        batch_op.create_index('ix_appointment_provider_starts', ['provider_id', 'starts_at'], unique=False)

    op.create_table('appointment_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=12), nullable=False),
    sa.Column('verb', sa.String(length=24), nullable=False),
    sa.Column('facts', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_appointment_event_appointment_id_appointment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointment_event'))
    )
    with op.batch_alter_table('appointment_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appointment_event_appointment_id'), ['appointment_id'], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        guarantee_on_postgresql()
    else:
        guarantee_on_sqlite()


def downgrade() -> None:
    with op.batch_alter_table('appointment_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_appointment_event_appointment_id'))

    op.drop_table('appointment_event')
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.drop_index('ix_appointment_provider_starts')
        batch_op.drop_index('ix_appointment_person_starts')

    op.drop_table('appointment')
    with op.batch_alter_table('hold', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hold_provider_id'))
        batch_op.drop_index(batch_op.f('ix_hold_person_id'))
        batch_op.drop_index(batch_op.f('ix_hold_origin'))

    op.drop_table('hold')
    with op.batch_alter_table('weekly_hours', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_weekly_hours_provider_id'))

    op.drop_table('weekly_hours')
    op.drop_table('service_duration')
    with op.batch_alter_table('hours_exception', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hours_exception_provider_id'))

    op.drop_table('hours_exception')
    with op.batch_alter_table('credential_document', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_credential_document_credential_id'))

    op.drop_table('credential_document')
    with op.batch_alter_table('credential_decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_credential_decision_credential_id'))

    op.drop_table('credential_decision')
    with op.batch_alter_table('claim', schema=None) as batch_op:
        batch_op.drop_index('ix_claim_live', sqlite_where=sa.text('live'), postgresql_where=sa.text('live'))
        batch_op.drop_index('ix_claim_expiry', sqlite_where=sa.text('live AND expires_at IS NOT NULL'), postgresql_where=sa.text('live AND expires_at IS NOT NULL'))

    op.drop_table('claim')
    with op.batch_alter_table('terms_policy', schema=None) as batch_op:
        batch_op.drop_index('uq_terms_policy_provider_version')

    op.drop_table('terms_policy')
    op.drop_table('service_area')
    op.drop_table('service')
    with op.batch_alter_table('screening', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_screening_person_id'))

    op.drop_table('screening')
    op.drop_table('schedule_rule')
    with op.batch_alter_table('provider_place', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_provider_place_provider_id'))
        batch_op.drop_index(batch_op.f('ix_provider_place_neighborhood'))

    op.drop_table('provider_place')
    with op.batch_alter_table('price_policy', schema=None) as batch_op:
        batch_op.drop_index('uq_price_policy_provider_version')

    op.drop_table('price_policy')
    with op.batch_alter_table('credential', schema=None) as batch_op:
        batch_op.drop_index('uq_credential_license_number', sqlite_where=sa.text("kind = 'license' AND status = 'verified'"), postgresql_where=sa.text("kind = 'license' AND status = 'verified'"))
        batch_op.drop_index(batch_op.f('ix_credential_status'))
        batch_op.drop_index('ix_credential_provider_kind')
        batch_op.drop_index(batch_op.f('ix_credential_provider_id'))

    op.drop_table('credential')
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consent_person_id'))

    op.drop_table('consent')
    with op.batch_alter_table('change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_change_xid'))
        batch_op.drop_index(batch_op.f('ix_change_provider_id'))

    op.drop_table('change')
    with op.batch_alter_table('provider', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_provider_state'))

    op.drop_table('provider')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_email'))
        batch_op.drop_index(batch_op.f('ix_person_account_id'))

    op.drop_table('person')
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_api_token_account_id'))

    op.drop_table('api_token')
    op.drop_table('account_role')
    op.drop_table('role')
    with op.batch_alter_table('outbox_letter', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_letter_due')
        batch_op.drop_index(batch_op.f('ix_outbox_letter_about'))

    op.drop_table('outbox_letter')
    op.drop_table('idempotency_key')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('uq_audit_entry_lane_number')
        batch_op.drop_index('ix_audit_entry_object')
        batch_op.drop_index('ix_audit_entry_actor_at')

    op.drop_table('audit_entry')
    op.drop_table('account')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
