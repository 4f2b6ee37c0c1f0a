# Actions, what a rule costs, quotas, lifetimes, rewriting, and the guard's own test.
sluice_test(unit test_cost policy SOURCES lib/random_rule.c)
sluice_test(unit test_rewrite policy SOURCES lib/random_rule.c)
sluice_test(unit test_customer_space policy)
foreach(file check_action check_quota check_lifetime judge_holds)
  sluice_test(unit test_${file} policy SOURCES lib/judge_scene.c lib/fake_unicast.c)
endforeach()
sluice_test(unit test_selftest policy)

# Not a test: prints the time that the guard's own test takes.
add_executable(bench_selftest bench/bench_selftest.c)
target_link_libraries(bench_selftest PRIVATE policy flags)
