# SPDX-License-Identifier: BSD-2-Clause
sluice_test(unit test_rib guard_core)
sluice_test(unit test_slab guard_tables)
sluice_test(unit test_prefix_tree guard_tables
  SOURCES lib/random_rule.c lib/tree_scene.c)
sluice_test(unit test_prefix_tree_deep guard_tables
  SOURCES lib/random_rule.c lib/tree_scene.c)
sluice_test(unit test_decision guard_tables)
sluice_test(unit test_rib_unicast guard_tables SOURCES lib/unicast_scene.c)
sluice_test(unit test_rib_unicast_bounds guard_tables
  SOURCES lib/random_rule.c lib/unicast_scene.c)
sluice_test(unit test_rib_unicast_random guard_tables
  SOURCES lib/random_rule.c lib/unicast_model.c)
# Every allocation of the table can be made to fail.
sluice_test(unit test_rib_unicast_memory guard_tables
  SOURCES lib/failing_alloc.c)
failing_alloc_wraps(test_rib_unicast_memory)
