# SPDX-License-Identifier: BSD-2-Clause
# HTTP between logs and witnesses.
sluice_test(unit test_witness_request witness_request)
sluice_test(unit test_witness witness_core SOURCES lib/witness_scene.c lib/http_client.c)
sluice_test(unit test_witness_client witness_core SOURCES lib/witness_scene.c
  lib/http_client.c)
sluice_fuzz(witness_request witness_request)
