# Whose a destination is, what is protected, and what a person must release.
sluice_test(unit test_protected policy SOURCES lib/random_rule.c)
sluice_test(unit test_ownership policy SOURCES lib/judge_scene.c lib/fake_unicast.c)
sluice_test(unit test_incidents policy SOURCES lib/judge_scene.c lib/fake_unicast.c)
sluice_test(unit test_judge_known policy SOURCES lib/judge_scene.c lib/fake_unicast.c lib/random_rule.c)
