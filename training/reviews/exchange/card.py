"""The data set card (README.md with a YAML header) that Hugging Face shows beside the data.

Source of the header: https://huggingface.co/docs/hub/datasets-cards.
"""

from __future__ import annotations

_CARD = """\
---
pretty_name: Beoordelingen van signalen van Regelruimte
language:
- nl
license: other
license_name: chosen-by-who-publishes
task_categories:
- text-classification
size_categories:
- {size}
configs:
- config_name: default
  data_files:
  - split: train
    path: data/*.parquet
dataset_info:
  features:
  - name: initiatief
    dtype: string
  - name: verwijzing
    dtype: string
  - name: versie
    dtype: string
  - name: sha256
    dtype: string
  - name: oordeel
    dtype: string
  - name: soorten
    list: string
  - name: zwaarte
    dtype: int64
  - name: bewijs
    list:
    - name: start
      dtype: int64
    - name: end
      dtype: int64
  - name: beoordelaar
    dtype: string
  - name: beslecht
    dtype: bool
  - name: betreft
    dtype: string
  - name: steekproef
    dtype: string
  - name: trekkans
    dtype: float64
  - name: voorstel
    dtype: string
  - name: dag
    dtype: string
---

# Beoordelingen van signalen

{rows} judgements of people about clauses of Dutch regulation that may stand in the way of a citizens' initiative.

| column | what it holds |
|---|---|
| initiatief | number of the initiative; what residents told is not in the data |
| verwijzing | the clause (`BWBR0009755/artikel-95a/lid-1`) |
| versie | ISO date of the version of the regulation; empty where its source tells none |
| sha256 | of the normalised text of the clause: letters and digits in lower case |
| oordeel | bevestigd (confirmed), afgewezen (rejected), aangepast (corrected), toegevoegd (added by a person) |
| soorten | kinds of barrier; empty when rejected |
| zwaarte | strength, 0 to 3 |
| bewijs | the words that it rests on: start and end in the normalised text |
| beoordelaar | number of the reviewer |
| beslecht | whether a lawyer decided it over the judgements of others |
| betreft | what a rejection speaks of: the initiative (initiatief) or the clause whatever the initiative (bepaling) |
| steekproef | how the clause came to the reviewer: flagged (empty), drawn at random (toeval), chosen to learn from (actief) |
| trekkans | chance with which a random sample held the clause |
| voorstel | number of the suggestion that the reviewer saw |
| dag | ISO date of the judgement; empty where it was not kept |

Names, addresses and texts of residents or reviewers are not in the data. Only the service can tell who a number is: within the
organisation that runs it, numbers of reviewers remain personal data (GDPR, article 4(5)).

Who publishes this chooses the licence, and names it above.
"""

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def card_of(rows: int) -> str:
    """The card of a data set with so many rows."""
    size = next((name for least, name in _SIZES if rows < least), "1M<n<10M")
    return _CARD.format(rows=f"{rows:,}", size=size)
