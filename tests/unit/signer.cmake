# SPDX-License-Identifier: BSD-2-Clause
# The log's signature: notes, proofs, tiles, and the role that holds the keys.
sluice_test(unit test_tile store)
sluice_test(unit test_note store)
sluice_test(unit test_proof store SOURCES lib/small_tree.c)
sluice_test(unit test_proof_file store)
sluice_fuzz(note store)
sluice_fuzz(proof_file store)
sluice_test(unit test_check_seal common)
sluice_test(unit test_signer_keys signer_core SOURCES lib/temp_folder.c)
sluice_test(unit test_signer signer_core SOURCES lib/signer_scene.c
  lib/small_tree.c lib/temp_folder.c)
