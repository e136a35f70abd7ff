"""Greedy clusters around founders, against the rule carried out document by document."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.near_copies import (
    BANDS,
    NGRAM,
    PERMUTATIONS,
    ROWS,
    KnownTexts,
    edges_of,
    signatures,
    texts,
)
from transforms import clusters as module
from transforms.bands import band_keys
from transforms.buckets import FOUNDERS_COMPARED
from transforms.clusters import cluster, members_of
from transforms.comparisons import REJECTED_KEPT
from transforms.judging import ByShingles, uncertain
from transforms.shingles import jaccard, shingles
from transforms.signatures import estimate
from transforms.survivors import collapse_exact
from transforms.words import split_words

THRESHOLD = 0.625  # 40 of 64 values: pairs stand right on it


def plain_greedy(matrix, order, judge=None, most=10**9):
    """The rule as it is written: row -> (founder, similarity), and row -> founders it was compared with."""
    judge = judge or (lambda one, other: float(estimate(matrix[one], matrix[other])))
    keys = band_keys(matrix, BANDS, ROWS).tolist()
    founders: dict[int, list[int]] = defaultdict(list)  # by band key, in the order of founding
    joined: dict[int, tuple[int, float]] = {}
    compared: dict[int, set[int]] = {}
    for row in np.argsort(order).tolist():
        candidates = {founder for key in keys[row] for founder in founders[key][:most]}
        best = (row, 1.0)
        passed = False
        for founder in sorted(candidates, key=lambda other: order[other]):
            similarity = judge(founder, row)
            if similarity >= THRESHOLD and (not passed or similarity > best[1]):
                best, passed = (founder, similarity), True
        if not passed:
            for key in keys[row]:
                founders[key].append(row)
        joined[row], compared[row] = best, candidates
    return joined, compared


def by_shingles(documents, matrix):
    """Judges two rows as the rule says: by their shingles where the estimate is near the threshold."""
    made = shingles(split_words(documents), NGRAM)

    def judge(one, other):
        estimated = estimate(matrix[[one]], matrix[[other]])
        if uncertain(estimated, THRESHOLD, PERMUTATIONS)[0]:
            return jaccard(made.of(one), made.of(other))
        return float(estimated[0])

    return judge


def assert_rule(result, matrix, order, judge=None, most=10**9):
    joined, compared = plain_greedy(matrix, order, judge, most)
    for row, founder, similarity, count in zip(
        result.rows.tolist(), result.founder.tolist(), result.similarity, result.compared, strict=True
    ):
        assert (founder, similarity) == joined[row]
        assert count == len(compared[row])
    alone = set(range(len(matrix))) - set(result.rows.tolist())
    assert all(joined[row] == (row, 1.0) for row in alone)
    pairs = result.pairs
    for left, right, similarity, accepted in zip(
        pairs.left.tolist(), pairs.right.tolist(), pairs.similarity, pairs.accepted, strict=True
    ):
        assert left in compared[right]
        assert accepted == (similarity >= THRESHOLD)
        assert similarity == (judge(left, right) if judge else estimate(matrix[left], matrix[right]))


def run(matrix, order, **options):
    left, right = edges_of(matrix)
    return cluster(
        order, left, right, lambda rows: matrix[rows], bands=BANDS, rows=ROWS, threshold=THRESHOLD, **options
    )


def corpus(seed, count=60):
    matrix = signatures(texts(seed, count))
    return matrix, np.random.default_rng(seed).permutation(len(matrix))


@given(st.integers(0, 10_000))
@settings(max_examples=60)
def test_the_result_is_that_of_the_rule(seed):
    matrix, order = corpus(seed)
    assert_rule(run(matrix, order), matrix, order)


@given(st.integers(0, 10_000))
@settings(max_examples=60)
def test_with_shingles_too_the_result_is_that_of_the_rule(seed):
    documents = texts(seed)
    matrix, order = signatures(documents), np.random.default_rng(seed).permutation(len(documents))
    known = KnownTexts(documents)
    result = run(matrix, order, similarity=ByShingles(known, THRESHOLD, PERMUTATIONS))
    assert_rule(result, matrix, order, by_shingles(documents, matrix))
    pairs = result.pairs
    near = uncertain(estimate(matrix[pairs.left], matrix[pairs.right]), THRESHOLD, PERMUTATIONS)
    assert pairs.exact.tolist() == near.tolist()
    assert set(pairs.left[near]) | set(pairs.right[near]) <= set(known.learned)


@given(st.integers(0, 10_000))
@settings(max_examples=40)
def test_nothing_near_the_threshold_is_removed_below_it(seed):
    documents = texts(seed)
    matrix, made = signatures(documents), shingles(split_words(documents), NGRAM)
    judge = ByShingles(KnownTexts(documents), THRESHOLD, PERMUTATIONS)
    result = run(matrix, np.arange(len(documents)), similarity=judge)
    for row, founder in zip(result.rows, result.founder, strict=True):
        if uncertain(estimate(matrix[[row]], matrix[[founder]]), THRESHOLD, PERMUTATIONS)[0]:
            assert jaccard(made.of(row), made.of(founder)) >= THRESHOLD


def test_documents_are_learned_once_and_only_where_they_matter():
    documents = [text for seed in range(20) for text in texts(seed, 40)]
    matrix, known = signatures(documents), KnownTexts(documents)
    judge = ByShingles(known, THRESHOLD, PERMUTATIONS)
    result = run(matrix, np.arange(len(documents)), similarity=judge)
    assert len(known.learned) == len(set(known.learned)) < len(result.rows)
    assert 2 <= known.times <= 5  # what turns up when others are known is learned together


@pytest.mark.parametrize("most", [1, 2, 5])
@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_a_crowded_bucket_compares_its_first_founders_only(most, seed):
    """Families that share a beginning, so that a bucket holds many that are unlike each other."""
    rng = np.random.default_rng(seed)
    matrix = signatures(texts(seed, 50))
    matrix[rng.random(50) < 0.7, :ROWS] = 7
    matrix[rng.random(50) < 0.7, ROWS : 2 * ROWS] = 8
    order = rng.permutation(50)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FOUNDERS_COMPARED", most)
        result = run(matrix, order)
    assert_rule(result, matrix, order, most=most)
    keys = band_keys(matrix, BANDS, ROWS)
    founders = sorted(result.rows[result.founder == result.rows].tolist(), key=lambda row: order[row])
    buckets = defaultdict(list)
    for founder in founders:
        for key in keys[founder].tolist():
            buckets[key].append(founder)
    for bucket in buckets.values():
        for place, one in enumerate(bucket[:most]):
            for other in bucket[place + 1 :]:
                assert estimate(matrix[one], matrix[other]) < THRESHOLD


@given(st.integers(0, 10_000))
@settings(max_examples=40)
def test_no_two_founders_that_share_a_band_pass_the_threshold(seed):
    matrix, order = corpus(seed)
    result = run(matrix, order)
    keys = band_keys(matrix, BANDS, ROWS)
    founders = result.rows[result.founder == result.rows]
    for place, one in enumerate(founders):
        for other in founders[place + 1 :]:
            if (keys[one] == keys[other]).any():
                assert estimate(matrix[one], matrix[other]) < THRESHOLD


@given(st.integers(0, 10_000))
@settings(max_examples=40)
def test_nothing_is_removed_for_a_document_it_was_not_compared_with(seed):
    matrix, order = corpus(seed)
    result = run(matrix, order)
    accepted = set(
        zip(result.pairs.left[result.pairs.accepted], result.pairs.right[result.pairs.accepted], strict=True)
    )
    for row, founder in zip(result.rows, result.founder, strict=True):
        if row != founder:
            assert order[founder] < order[row]
            assert (founder, row) in accepted


@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_the_order_of_the_rows_does_not_matter(seed):
    matrix, order = corpus(seed)
    shuffled = np.random.default_rng(seed + 1).permutation(len(matrix))  # new row -> old row

    def named(result, names):
        columns = (result.rows, result.founder, result.component)
        return sorted(zip(*(names[column].tolist() for column in columns), result.similarity, strict=True))

    first = named(run(matrix, order), np.arange(len(matrix)))
    assert named(run(matrix[shuffled], order[shuffled]), shuffled) == first


@given(st.integers(0, 10_000), st.sampled_from([1, 7, 30]))
@settings(max_examples=30)
def test_how_many_rows_are_loaded_together_does_not_matter(seed, load_rows):
    documents = texts(seed)
    matrix, order = signatures(documents), np.random.default_rng(seed).permutation(len(documents))
    judge = ByShingles(KnownTexts(documents), THRESHOLD, PERMUTATIONS)
    whole = run(matrix, order, similarity=judge)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LOAD_ROWS", load_rows)
        patch.setattr(module, "_COMPARED_AT_ONCE", 3)
        patch.setattr(module, "_FEW_COMPONENTS", 0 if load_rows == 30 else 16)
        patch.setattr("transforms.judging._VALUES_AT_ONCE", load_rows)
        pieces = run(matrix, order, similarity=ByShingles(KnownTexts(documents), THRESHOLD, PERMUTATIONS))
    assert pieces.founder.tolist() == whole.founder.tolist()
    assert pieces.similarity.tolist() == whole.similarity.tolist()
    assert compared(pieces) == compared(whole)


def compared(result):
    """The comparisons that were kept; components that were clustered again come last."""
    pairs = result.pairs
    return sorted(zip(pairs.left.tolist(), pairs.right.tolist(), pairs.similarity, pairs.exact, strict=True))


def test_a_chain_is_not_removed():
    """Each document is like the next; only what is like its founder joins it."""
    words = [f"w{number}" for number in range(400)]
    matrix = signatures([" ".join(words[start : start + 100]) for start in range(0, 300, 12)])
    result = run(matrix, np.arange(len(matrix)))
    assert len(set(result.component.tolist())) == 1
    assert len(set(result.founder.tolist())) > 5
    assert (result.similarity >= THRESHOLD).all()


def unlike(count, seed=2):
    """Signatures that all share the first band, and nothing else."""
    matrix = np.random.default_rng(seed).integers(0, 2**32, (count, PERMUTATIONS), dtype=np.uint32)
    matrix[:, :ROWS] = 7
    return matrix


def test_a_giant_bucket_of_unlike_documents_keeps_few_rejected_pairs():
    matrix = unlike(1_500)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("transforms.comparisons._PRUNE_ABOVE", 50_000)
        result = run(matrix, np.arange(len(matrix)))
    assert np.bincount(result.pairs.right).max() == REJECTED_KEPT
    assert len(result.pairs.left) < len(matrix) * REJECTED_KEPT
    last = result.pairs.right == len(matrix) - 1
    nearest = sorted((estimate(matrix[:FOUNDERS_COMPARED], matrix[-1])).tolist())[-REJECTED_KEPT:]
    assert sorted(result.pairs.similarity[last].tolist()) == nearest


def test_a_giant_bucket_of_unlike_documents_is_linear():
    matrix = unlike(20_000)
    result = cluster(
        np.arange(20_000),
        np.zeros(19_999, np.int64),
        np.arange(1, 20_000),
        lambda rows: matrix[rows],
        bands=BANDS,
        rows=ROWS,
        threshold=THRESHOLD,
    )
    assert (result.founder == result.rows).all()
    assert result.compared.tolist() == np.minimum(np.arange(20_000), FOUNDERS_COMPARED).tolist()
    assert result.crowded == 1


def test_near_copies_in_a_crowded_bucket_meet_in_another():
    rng = np.random.default_rng(5)
    matrix = unlike(1_000)
    copies = rng.integers(FOUNDERS_COMPARED, 1_000, 500)
    edited = rng.random((500, PERMUTATIONS)) < 0.2  # of similarity 0.8 or so
    edited[:, :ROWS] = False
    matrix = np.concatenate([matrix, np.where(edited, matrix[copies] ^ np.uint32(1), matrix[copies])])
    result = run(matrix, np.arange(len(matrix)))
    alike = estimate(matrix[copies], matrix[1_000:]) >= THRESHOLD
    found = result.founder[1_000:] == copies
    assert not found[~alike].any()
    assert found[alike].mean() > 0.98
    assert result.crowded == 1


def test_no_bucket_is_crowded_by_copies():
    matrix = np.repeat(unlike(3), 1_000, axis=0)
    assert run(matrix, np.arange(3_000)).crowded == 0


def test_a_giant_bucket_of_like_documents_is_linear():
    matrix = np.tile(np.arange(64, dtype=np.uint32), (20_000, 1))
    matrix[:, -1] = np.arange(20_000)
    left, right = np.zeros(19_999, np.int64), np.arange(1, 20_000)
    order = np.arange(20_000)
    result = cluster(
        order, left, right, lambda rows: matrix[rows], bands=BANDS, rows=ROWS, threshold=THRESHOLD
    )
    assert set(result.founder.tolist()) == {0}
    assert result.compared.sum() == 19_999


def test_no_edges_at_all():
    none = np.empty(0, np.int64)
    result = cluster(
        np.arange(3),
        none,
        none,
        lambda rows: np.empty((len(rows), 64), np.uint32),
        bands=16,
        rows=4,
        threshold=THRESHOLD,
    )
    assert len(result.rows) == len(result.pairs.left) == 0
    assert len(members_of(result, np.arange(3)).rows) == 0


def test_members_are_clusters_of_two_or_more_with_their_copies():
    base = [f"w{number}" for number in range(80)]
    near = [*base[:40], "other", *base[41:]]
    documents = [" ".join(base), " ".join(near), " ".join(base), " ".join(near), "alone", "twice", "twice"]
    order = np.array([1, 2, 0, 3, 4, 6, 5])
    hashes = np.array([[documents.index(text)] * 32 for text in documents], np.uint8)
    representatives = collapse_exact(hashes, order)
    assert representatives.tolist() == [2, 1, 2, 1, 4, 6, 6]
    matrix = signatures(documents)
    left, right = edges_of(matrix[[1, 2, 4, 6]])
    rows = np.array([1, 2, 4, 6])
    result = cluster(
        order,
        rows[left],
        rows[right],
        lambda wanted: matrix[wanted],
        bands=BANDS,
        rows=ROWS,
        threshold=THRESHOLD,
    )
    members = members_of(result, representatives)
    likeness = float(estimate(matrix[1], matrix[2]))
    assert members.rows.tolist() == [0, 1, 2, 3, 5, 6]
    assert members.survivor.tolist() == members.cluster.tolist() == [2, 2, 2, 2, 6, 6]
    assert members.component.tolist() == [2, 2, 2, 2, 6, 6]
    assert members.exact.tolist() == [True, False, True, False, True, True]
    assert members.similarity.tolist() == [1.0, likeness, 1.0, likeness, 1.0, 1.0]
    assert THRESHOLD <= likeness < 1


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_the_survivor_is_the_first_of_its_cluster(seed):
    matrix, order = corpus(seed)
    members = members_of(run(matrix, order), np.arange(len(matrix)))
    for survivor in np.unique(members.survivor):
        rows = members.rows[members.cluster == survivor]
        assert len(rows) > 1
        assert rows[np.argmin(order[rows])] == survivor


def test_translations_and_other_texts_stay_apart_in_every_script():
    english = "the cluster keeps three copies of every block and repairs a lost one from the others " * 3
    german = "der Verbund hält drei Kopien jedes Blocks und stellt eine verlorene aus den anderen her " * 3
    chinese = (
        "集群为每个数据块保存三个副本，并在其中一个丢失时从其他副本恢复它。管理员可以改变副本的数量。" * 2
    )
    thai = "ระบบเก็บสำเนาของทุกบล็อกไว้สามชุดและกู้คืนชุดที่หายไปจากชุดอื่นผู้ดูแลระบบเปลี่ยนจำนวนสำเนาได้"
    documents = [english, german, chinese, thai]
    documents += [english + "today", german + "heute", "昨天，" + chinese, thai + "วันนี้"]
    documents += ["昨天", "昨天！", "昨日", "", "…"]
    matrix = signatures(documents)
    members = members_of(run(matrix, np.arange(len(documents))), np.arange(len(documents)))
    together = list(zip(members.survivor.tolist(), members.rows.tolist(), strict=True))
    assert sorted(together) == [
        (0, 0),
        (0, 4),
        (1, 1),
        (1, 5),
        (2, 2),
        (2, 6),
        (3, 3),
        (3, 7),
        (8, 8),
        (8, 9),
    ]
