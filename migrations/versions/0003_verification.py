"""Verification

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-22 20:11:55.933981

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('clinic',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('line1', sa.String(length=160), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=True),
    sa.Column('zip', sa.String(length=5), nullable=False),
    sa.Column('neighborhood', sa.String(length=40), nullable=False),
    sa.Column('latitude', sa.Float(), nullable=False),
    sa.Column('longitude', sa.Float(), nullable=False),
    sa.Column('hours', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('rostered', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clinic')),
    sa.UniqueConstraint('public_id', name=op.f('uq_clinic_public_id')),
    sa.UniqueConstraint('slug', name=op.f('uq_clinic_slug'))
    )
    op.create_table('credential_policy',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('effective_from', sa.Date(), nullable=False),
    sa.Column('table', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('made_by', sa.String(length=80), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credential_policy')),
    sa.UniqueConstraint('version', name=op.f('uq_credential_policy_version'))
    )
    op.create_table('exclusion_import',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('skipped', sa.Integer(), nullable=False),
    sa.Column('imported_by', sa.String(length=80), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exclusion_import'))
    )
    op.create_table('exclusion_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('name_key', sa.String(length=120), nullable=False),
    sa.Column('npi', sa.String(length=10), nullable=True),
    sa.Column('city', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=2), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('excluded_on', sa.Date(), nullable=True),
    sa.Column('reinstated_on', sa.Date(), nullable=True),
    sa.Column('born_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['exclusion_import.id'], name=op.f('fk_exclusion_entry_import_id_exclusion_import'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exclusion_entry'))
    )
    with op.batch_alter_table('exclusion_entry', schema=None) as batch_op:
        batch_op.create_index('ix_exclusion_entry_name', ['import_id', 'name_key'], unique=False)
        batch_op.create_index('ix_exclusion_entry_npi', ['import_id', 'npi'], unique=False)

    op.create_table('exclusion_hit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('entry_key', sa.String(length=64), nullable=False),
    sa.Column('matched_by', sa.String(length=8), nullable=False),
    sa.Column('printed', sa.String(length=300), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(length=80), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_exclusion_hit_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exclusion_hit')),
    sa.UniqueConstraint('provider_id', 'entry_key', name='uq_exclusion_hit_once'),
    sa.UniqueConstraint('public_id', name=op.f('uq_exclusion_hit_public_id'))
    )
    with op.batch_alter_table('exclusion_hit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_exclusion_hit_provider_id'), ['provider_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_exclusion_hit_status'), ['status'], unique=False)

    op.create_table('profile_flag',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('excerpt', sa.String(length=200), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(length=80), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.String(length=300), nullable=True),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_profile_flag_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_profile_flag')),
    sa.UniqueConstraint('provider_id', 'fingerprint', name='uq_profile_flag_once'),
    sa.UniqueConstraint('public_id', name=op.f('uq_profile_flag_public_id'))
    )
    with op.batch_alter_table('profile_flag', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_profile_flag_provider_id'), ['provider_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_profile_flag_status'), ['status'], unique=False)

    op.create_table('roster_shift',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('clinic_id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('opens_minute', sa.Integer(), nullable=False),
    sa.Column('closes_minute', sa.Integer(), nullable=False),
    sa.Column('staffing', sa.String(length=12), nullable=False),
    sa.Column('made_by', sa.String(length=80), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('opens_minute BETWEEN 0 AND 1439 AND closes_minute > opens_minute AND closes_minute <= 2880', name=op.f('ck_roster_shift_shift_sane')),
    sa.ForeignKeyConstraint(['clinic_id'], ['clinic.id'], name=op.f('fk_roster_shift_clinic_id_clinic'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_roster_shift_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_shift')),
    sa.UniqueConstraint('clinic_id', 'provider_id', 'on_date', 'opens_minute', name='uq_roster_shift_once')
    )
    with op.batch_alter_table('roster_shift', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_roster_shift_clinic_id'), ['clinic_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_roster_shift_provider_id'), ['provider_id'], unique=False)

    op.create_table('evidence_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('credential_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=16), nullable=False),
    sa.Column('recipient', sa.Text(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('requested_by', sa.String(length=80), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['credential_id'], ['credential.id'], name=op.f('fk_evidence_request_credential_id_credential'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_request')),
    sa.UniqueConstraint('public_id', name=op.f('uq_evidence_request_public_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_evidence_request_token_hash'))
    )
    with op.batch_alter_table('evidence_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evidence_request_credential_id'), ['credential_id'], unique=False)

    op.create_table('source_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('credential_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=24), nullable=False),
    sa.Column('outcome', sa.String(length=16), nullable=False),
    sa.Column('value_seen', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.String(length=80), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['credential_id'], ['credential.id'], name=op.f('fk_source_check_credential_id_credential'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source_check')),
    sa.UniqueConstraint('public_id', name=op.f('uq_source_check_public_id'))
    )
    with op.batch_alter_table('source_check', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_source_check_credential_id'), ['credential_id'], unique=False)

    # Never by a batch: SQLite would rebuild the table, and dropping the old one takes what refers to it along.
    postgresql_here = op.get_bind().dialect.name == "postgresql"
    instant, json = ("TIMESTAMP WITH TIME ZONE", "JSONB") if postgresql_here else ("DATETIME", "JSON")
    for table, column in (
        ("credential", "taken_by VARCHAR(80)"),
        ("credential", f"taken_at {instant}"),
        ("credential", "first_verified_by VARCHAR(80)"),
        ("credential", "level VARCHAR(12)"),
        ("credential", f"level_at {instant}"),
        ("credential", "reconfirm_on DATE"),
        ("credential_decision", "version INTEGER NOT NULL DEFAULT 1"),
        ("credential_decision", "document_sha256 VARCHAR(64)"),
        ("hours_exception", "staffing VARCHAR(12)"),
        ("provider", f"answered_on {json} NOT NULL DEFAULT '{{}}'"),
        ("provider", "legal_name TEXT"),
        ("provider", f"attested_at {instant}"),
        ("provider", "attestation_version INTEGER"),
        ("provider_place", "clinic_id INTEGER CONSTRAINT fk_provider_place_clinic_id_clinic REFERENCES clinic (id)"),
    ):
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    op.create_index('ix_provider_place_clinic_id', 'provider_place', ['clinic_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_provider_place_clinic_id', table_name='provider_place')
    for table, columns in (
        ("provider_place", ("clinic_id",)),
        ("provider", ("attestation_version", "attested_at", "legal_name", "answered_on")),
        ("hours_exception", ("staffing",)),
        ("credential_decision", ("document_sha256", "version")),
        ("credential", ("reconfirm_on", "level_at", "level", "first_verified_by", "taken_at", "taken_by")),
    ):
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")

    with op.batch_alter_table('source_check', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_source_check_credential_id'))

    op.drop_table('source_check')
    with op.batch_alter_table('evidence_request', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_evidence_request_credential_id'))

    op.drop_table('evidence_request')
    with op.batch_alter_table('roster_shift', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_roster_shift_provider_id'))
        batch_op.drop_index(batch_op.f('ix_roster_shift_clinic_id'))

    op.drop_table('roster_shift')
    with op.batch_alter_table('profile_flag', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_profile_flag_status'))
        batch_op.drop_index(batch_op.f('ix_profile_flag_provider_id'))

    op.drop_table('profile_flag')
    with op.batch_alter_table('exclusion_hit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_exclusion_hit_status'))
        batch_op.drop_index(batch_op.f('ix_exclusion_hit_provider_id'))

    op.drop_table('exclusion_hit')
    with op.batch_alter_table('exclusion_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_exclusion_entry_npi')
        batch_op.drop_index('ix_exclusion_entry_name')

    op.drop_table('exclusion_entry')
    op.drop_table('exclusion_import')
    op.drop_table('credential_policy')
    op.drop_table('clinic')
