# SPDX-License-Identifier: BSD-2-Clause
sluice_test(unit test_vrp_table guard_tables SOURCES lib/random_rule.c)
sluice_test(unit test_vrp_set rpki_core SOURCES lib/random_rule.c)
sluice_test(unit test_rpki rpki_core SOURCES lib/rpki_scene.c)
sluice_test(unit test_rpki_flood rpki_core SOURCES lib/rpki_scene.c)
