from scripts.bench import expected


def test_the_bench_of_the_model_chain_compares_the_same_arrays_on_both_sides():
    figures = {figure.name: figure for figure in expected.run(seed=2, arrays=3, hours=72)}
    assert figures["expected.annual_deviation"].value < 1e-5
    assert figures["expected.speedup"].ratio == figures["expected.speedup"].value > 0
    assert {"expected.array_years_per_s", "expected.memory_mb"} < figures.keys()
