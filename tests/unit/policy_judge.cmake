# Prefix sets, customers and the judgement.
sluice_test(unit test_prefix_set policy)
sluice_test(unit test_customer policy)
sluice_test(unit test_verdict policy)
sluice_test(unit test_judge policy SOURCES lib/judge_scene.c lib/fake_unicast.c)
sluice_test(unit test_judge_random policy SOURCES lib/judge_scene.c lib/fake_unicast.c)
sluice_test(unit test_line policy)
sluice_test(unit test_validation policy SOURCES lib/judge_scene.c lib/fake_unicast.c)
