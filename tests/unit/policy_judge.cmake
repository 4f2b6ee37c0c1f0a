# Prefix sets, customers and the judgement.
sluice_test(unit test_prefix_set policy)
sluice_test(unit test_customer policy)
sluice_test(unit test_verdict policy)
sluice_test(unit test_judge policy SOURCES lib/judge_scene.c)
sluice_test(unit test_judge_random policy SOURCES lib/judge_scene.c)
