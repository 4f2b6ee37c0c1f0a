# Match sets and the inward dialect.
foreach(file interval bitmask pattern matchset matchset_packets dialect)
  sluice_test(unit test_${file} policy SOURCES lib/random_rule.c)
endforeach()

# Not a test: prints timings.
add_executable(bench_policy bench/bench_policy.c lib/random_rule.c)
target_link_libraries(bench_policy PRIVATE policy flags)
