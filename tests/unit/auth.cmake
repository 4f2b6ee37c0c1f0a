# Keys of TCP sockets: chains, TCP-AO over a kernel put in its place, counters.
sluice_test(unit test_keychain supervisor)
sluice_test(unit test_cfg_keys supervisor SOURCES lib/cfg_samples.c)
sluice_test(unit test_netstat supervisor)
sluice_test(unit test_names_down supervisor)
sluice_test(unit test_tcp_ao supervisor SOURCES lib/fake_ao.c)
foreach(test test_auth test_rollover)
  sluice_test(unit ${test} supervisor SOURCES lib/auth_world.c lib/fake_ao.c
    lib/temp_folder.c)
endforeach()
