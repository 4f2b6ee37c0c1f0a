#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The loader as a program: its exit codes and what it writes where.
set -u
loader=$1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

# expect NAME WANTED GOT
expect() {
	if [ "$2" != "$3" ]; then
		printf '%s: wanted <%s>, got <%s>\n' "$1" "$2" "$3"
		failed=1
	fi
}

cd "$dir" || exit 1
cat > good.yaml <<'EOF'
router: {asn: 64500, router_id: 192.0.2.1}
store: {path: store}
control: {socket: control.sock}
EOF
printf 'router: {asn: x"}\n' > bad.yaml

out=$("$loader" --check good.yaml 2> err)
expect "good exit" 0 $?
expect "good line" \
	"good.yaml: 0 customers, 0 neighbours, 0 prefixes: fine" "$out"
expect "good errors" "" "$(cat err)"

out=$("$loader" --check --json good.yaml)
expect "good json exit" 0 $?
expect "good json" "[]" "$out"

out=$("$loader" --check bad.yaml 2> err)
expect "bad exit" 2 $?
expect "bad output" "" "$out"
expect "bad line" \
	'bad.yaml:1:15: router.asn: found "x\"", wanted an AS number from 1 to 4294967294, not 23456 or 65535' \
	"$(grep asn err)"

out=$("$loader" --check --json bad.yaml 2> err)
expect "bad json exit" 2 $?
expect "bad json errors" "" "$(cat err)"
case $out in
'['*'"line": 1, "column": 15, "key": "router.asn", "found": "\"x\\\"\"", '*']') ;;
*) expect "bad json" "an array" "$out" ;;
esac

"$loader" --check nowhere.yaml > out 2> err
expect "missing exit" 2 $?
expect "missing line" \
	"nowhere.yaml: found No such file or directory: nowhere.yaml, wanted a file that can be read" \
	"$(cat err)"

# Relative paths start at the file's folder, wherever the loader is started.
out=$(cd / && "$loader" --print "$dir/good.yaml" | grep path)
expect "print path" "  path: \"$(realpath "$dir")/store\"" "$out"

# A list that cannot be used is no error, but told.
cat good.yaml - > irr.yaml <<'EOF'
customers: [{name: a, asn: 65001, own: {irr: a.json, match: any}}]
EOF
out=$("$loader" --check irr.yaml 2> err)
expect "irr exit" 0 $?
expect "irr line" "irr.yaml: 1 customer, 0 neighbours, 0 prefixes: fine" "$out"
expect "irr warning" \
	"warning: irr.yaml:4:46: customers[0].own.irr: $(pwd -P)/a.json: No such file or directory" \
	"$(cat err)"
printf '{"a": [{"prefix": "192.0.2.0/24"}]}' > a.json
"$loader" --check irr.yaml > out 2> err
expect "irr fine exit" 0 $?
expect "irr fine warning" "" "$(cat err)"

for arguments in "" "--json good.yaml" "--check" "--check --print good.yaml" \
	"--no-such good.yaml" "good.yaml good.yaml" "--irr" \
	"--irr --check good.yaml" "--irr --json a.json"; do
	# shellcheck disable=SC2086
	"$loader" $arguments > out 2> err 3< /dev/null
	expect "usage of <$arguments>" 2 $?
done

# Without a channel at descriptor 3 it says so.
"$loader" good.yaml > out 2> err 3< /dev/null
expect "no channel exit" 2 $?
expect "no channel line" 1 "$(grep -c 'no channel' err)"
"$loader" --irr a.json > out 2> err 3< /dev/null
expect "irr no channel exit" 2 $?
exit $failed
