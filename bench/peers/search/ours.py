"""Our own search over the same clauses: what the index keeps of them, the lists, the memory and the ranker."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.peers.registry import Rows
from models.finding import LISTED, STEMS
from models.impact import impact_order, promise
from models.loading import load_model
from models.ranking import Memory, Space
from models.vectorising import ClauseText


class Ranked:
    """Asks as ``Flagger.rank`` does, with what graders said of the very initiative left out of the memory.

    The weights of the released ranker did see those grades; what it is worth on initiatives that it never saw in any way was
    measured when it was made, and stands in a row of its own.
    """

    def __init__(self) -> None:
        self._model = load_model()
        self._place = {text: place for place, text in enumerate(self._model.graded_texts)}

    def build(self, texts: Sequence[ClauseText]) -> None:
        """What ``regelruimte flag`` makes when a store is new, in one process."""
        self.space = Space(
            refs=[one.ref for one in texts],
            headings=[one.heading for one in texts],
            repealed=np.zeros(len(texts), dtype=bool),
            lengths=np.array([len(one.text) for one in texts], dtype=np.int32),
            features=self._model.describe(texts),
        )
        queries = [self._model.query(text) for text in self._model.graded_texts]
        self._memory = Memory(queries, self._model.grades, self.space, profiles=self._model.profiles)
        self.search(self._model.graded_texts[0], most=1)  # the lists are made with the first question

    def search(self, initiative: str, *, most: int) -> Rows:
        """The candidates by rank."""
        ranking = self._model.ranker.rank(
            self._model.query(initiative), self._memory, self.space, without=self._place.get(initiative)
        )
        return ranking.rows[np.argsort(-ranking.order, kind="stable")[:most]]

    def bytes_of_lists(self, initiatives: Sequence[str]) -> float:
        """Bytes of the lists that one initiative looks up, on average: a weight and a number for every clause in them."""
        features = self.space.features
        worth = promise(features.probabilities)
        orders = (impact_order(one, worth) for one in (features.words, features.activities))
        words, activities = (np.minimum(np.diff(order.starts), LISTED) for order in orders)
        entries = 0
        for initiative in initiatives:
            query, place = self._model.query(initiative), self._place.get(initiative)
            asked = self._model.ranker.ask(query, self._memory, without=place)
            near, wide, _, own = asked.directions
            for direction in (near, wide, own):
                stems = np.argpartition(-direction, STEMS - 1)[:STEMS]
                entries += int(words[stems[direction[stems] > 0]].sum())
            entries += int(activities[asked.activities > 0].sum())
        return entries * 8 / len(initiatives)
