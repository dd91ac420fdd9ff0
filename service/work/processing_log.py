"""The log of processing personal data, in the manner of the standard Logboek dataverwerkingen (Logius).

An entry says that something was done with the data of someone, when, under which entry of the register of processing
activities; never what the data said.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from service.clock import now
from service.database.tables import ProcessingEntry

REGISTER = {
    "initiatief ontvangen": "regelruimte/verwerkingen/initiatief-ontvangen",
    "initiatief gelezen": "regelruimte/verwerkingen/initiatief-lezen",
    "initiatief gesignaleerd": "regelruimte/verwerkingen/initiatief-signaleren",
    "initiatief ingetrokken": "regelruimte/verwerkingen/initiatief-intrekken",
    "origineel gewist": "regelruimte/verwerkingen/bewaartermijn",
    "momentopname gelezen": "regelruimte/verwerkingen/momentopname-lezen",
    "persoon uitgevoerd": "regelruimte/verwerkingen/inzage",
    "persoon gewist": "regelruimte/verwerkingen/wissen",
}
"""Name of a processing → its identifier in the register of processing activities (GDPR article 30)."""


def log(
    session: Session,
    name: str,
    subject_id: str,
    *,
    started: datetime | None = None,
    ended: datetime | None = None,
    subject_type: str = "initiatief",
) -> None:
    """Add an entry, in the transaction of the processing itself; reading is logged in batches (service.work.reading)."""
    ended = ended or now()
    session.add(
        ProcessingEntry(
            trace_id=secrets.token_hex(16),
            span_id=secrets.token_hex(8),
            name=name,
            processing_activity_id=REGISTER[name],
            data_subject_id=subject_id,
            data_subject_id_type=subject_type,
            status="OK",
            started=started or ended,
            ended=ended,
        )
    )
