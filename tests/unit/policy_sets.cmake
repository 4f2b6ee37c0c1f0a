# Match sets and the inward dialect.
foreach(file interval bitmask pattern matchset matchset_packets matchset_pairs
    dialect)
  sluice_test(unit test_${file} policy SOURCES lib/random_rule.c)
endforeach()
# Ten million packets: half a minute, more on a machine that is busy.
set_tests_properties(unit/test_matchset_packets PROPERTIES TIMEOUT 600)

# Not a test: prints timings.
add_executable(bench_policy bench/bench_policy.c lib/random_rule.c)
target_link_libraries(bench_policy PRIVATE policy flags)
