# BGP bytes <-> values.
sluice_test(unit test_reader wire)
sluice_test(unit test_message wire SOURCES lib/hex.c)
sluice_test(unit test_open wire SOURCES lib/hex.c)
sluice_test(unit test_notification wire SOURCES lib/hex.c)
sluice_test(unit test_as_path wire SOURCES lib/hex.c)
sluice_test(unit test_unicast wire SOURCES lib/hex.c)
sluice_test(unit test_community wire SOURCES lib/hex.c)
sluice_test(unit test_flowspec wire SOURCES lib/hex.c lib/random_rule.c)
sluice_test(unit test_flow_action wire SOURCES lib/hex.c lib/random_rule.c)
sluice_test(unit test_vectors wire SOURCES lib/hex.c)
target_compile_definitions(test_vectors PRIVATE
  VECTORS="${CMAKE_CURRENT_SOURCE_DIR}/golden/flowspec/vectors.tsv")
sluice_test(unit test_update wire SOURCES lib/hex.c)
sluice_test(unit test_update_unicast wire SOURCES lib/hex.c)
sluice_test(unit test_update_build wire SOURCES lib/hex.c lib/random_rule.c)
sluice_test(unit test_fault wire SOURCES lib/hex.c)

foreach(target message open notification refresh update attributes
    community flowspec4 flowspec6 flow_action)
  sluice_fuzz(${target} wire)
endforeach()
