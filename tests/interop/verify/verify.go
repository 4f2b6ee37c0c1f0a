// SPDX-License-Identifier: BSD-2-Clause

// Verify reads what a log publishes with nothing but Go's own sumdb packages:
// the checkpoint's signatures, the tiles, every entry, and proofs that others
// made. It knows no code of ours.
//
//	verify [options] FOLDER    of a checkpoint and its tiles
//	verify [options]           of proofs alone
//
// Prints one JSON object; exits 1 with a line that says what is wrong.
package main

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A list is an option that may be given again and again.
type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

// A checkpoint is what the three lines of a signed note say.
type checkpoint struct {
	Origin string
	Tree   tlog.Tree
	Signed []string // names, and times of cosignatures
}

// A result is what was found good.
type result struct {
	Origin     string   `json:"origin"`
	Size       int64    `json:"size"`
	Root       string   `json:"root"`
	Signed     []string `json:"signed"`
	Entries    int64    `json:"entries"`     // whose hash is in the tiles
	Inclusions int      `json:"inclusions"`  // made here and checked
	Trees      int      `json:"trees"`       // older ones, proven to be prefixes
	Proofs     int      `json:"proofs"`      // files with one event
	Growth     int      `json:"consistency"` // files with a consistency proof
	Tiles      int      `json:"tiles"`       // read
}

type verifier struct {
	keys  list // vkeys, all of which must have signed
	known note.Verifiers
	all   []note.Verifier
	out   result
}

func main() {
	var older, proofs, growth list
	var v verifier

	flag.Var(&v.keys, "key", "`VKEY` that must have signed; older checkpoints: one of them")
	flag.Var(&older, "older", "`FILE` with an older checkpoint")
	flag.Var(&proofs, "proof", "`FILE` with a proof of one event")
	flag.Var(&growth, "consistency", "`OLDER,FILE`: a checkpoint, and a proof that the log grew from it")
	records := flag.Int("records", 100, "inclusion proofs to make")
	seed := flag.Int64("seed", 1, "of the records' choice")
	flag.Parse()

	err := v.learn()
	if err == nil && flag.NArg() > 0 {
		err = v.log(flag.Arg(0), older, *records, rand.New(rand.NewSource(*seed)))
	}
	for _, path := range proofs {
		if err == nil {
			err = within(path, v.proof(path))
		}
	}
	for _, pair := range growth {
		if err == nil {
			older, path, _ := strings.Cut(pair, ",")
			err = within(path, v.growth(older, path))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "verify:", err)
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(v.out)
}

func within(path string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %v", path, err)
	}
	return nil
}

// ---- checkpoints ----

func (v *verifier) learn() error {
	for _, key := range v.keys {
		one, err := newVerifier(key)
		if err != nil {
			return fmt.Errorf("key %q: %v", key, err)
		}
		v.all = append(v.all, one)
	}
	v.known = note.VerifierList(v.all...)
	return nil
}

func (v *verifier) checkpoint(path string, signers []note.Verifier) (checkpoint, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return checkpoint{}, err
	}
	c, err := v.open(text, signers)
	return c, within(path, err)
}

// Open verifies the note: by one of the keys at least, and by all of signers.
func (v *verifier) open(text []byte, signers []note.Verifier) (c checkpoint, err error) {
	n, err := note.Open(text, v.known)
	if err != nil {
		return c, err
	}
	for _, one := range signers {
		if !signedBy(n, one) {
			return c, fmt.Errorf("not signed by %s %08x", one.Name(), one.KeyHash())
		}
	}
	for _, sig := range n.Sigs {
		c.Signed = append(c.Signed, sig.Name)
	}
	c.Origin, c.Tree, err = parseTree(n.Text)
	return c, err
}

func signedBy(n *note.Note, one note.Verifier) bool {
	for _, sig := range n.Sigs {
		if sig.Name == one.Name() && sig.Hash == one.KeyHash() {
			return true
		}
	}
	return false
}

// ParseTree reads origin, size and root hash. (tlog's own wants a first line
// that says go.sum.)
func parseTree(text string) (origin string, tree tlog.Tree, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[0] == "" {
		return "", tree, fmt.Errorf("no checkpoint: %d lines", len(lines))
	}
	tree.N, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil || tree.N < 0 || strconv.FormatInt(tree.N, 10) != lines[1] {
		return "", tree, fmt.Errorf("no size: %q", lines[1])
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return lines[0], tree, err
}

// ---- the log in a folder ----

func (v *verifier) log(folder string, older []string, records int, random *rand.Rand) error {
	c, err := v.checkpoint(filepath.Join(folder, "checkpoint"), v.all)
	if err != nil {
		return err
	}
	tiles := &tiles{folder: folder}
	reader := tlog.TileHashReader(c.Tree, tiles)
	v.out.Origin, v.out.Size, v.out.Root = c.Origin, c.Tree.N, c.Tree.Hash.String()
	v.out.Signed = c.Signed
	if err = sameTree(c.Tree, reader); err != nil {
		return err
	}
	if err = v.entries(c.Tree, reader, tiles); err != nil {
		return err
	}
	if err = v.inclusions(c.Tree, reader, tiles, records, random); err != nil {
		return err
	}
	for _, path := range older {
		if err = v.older(path, c, reader); err != nil {
			return err
		}
	}
	v.out.Tiles = tiles.read
	return nil
}

func sameTree(tree tlog.Tree, reader tlog.HashReader) error {
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("root of %d entries is %v, signed is %v", tree.N, root, tree.Hash)
	}
	return nil
}

// Entries hashes each entry and looks for it in the tree, by whole bundles.
func (v *verifier) entries(tree tlog.Tree, reader tlog.HashReader, tiles *tiles) error {
	for first := int64(0); first < tree.N; first += width {
		bundle, err := tiles.bundle(first/width, tree.N)
		if err != nil {
			return err
		}
		indexes := make([]int64, len(bundle))
		for i := range bundle {
			indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, entry := range bundle {
			if tlog.RecordHash(entry) != hashes[i] {
				return fmt.Errorf("entry %d is not the one in the tree", first+int64(i))
			}
		}
		v.out.Entries += int64(len(bundle))
	}
	return nil
}

// Inclusions proves random entries, the first and the last to be in the tree.
func (v *verifier) inclusions(tree tlog.Tree, reader tlog.HashReader, tiles *tiles, records int, random *rand.Rand) error {
	for i := 0; i < records && tree.N > 0; i++ {
		n := random.Int63n(tree.N)
		if i < 2 {
			n = int64(i) * (tree.N - 1)
		}
		bundle, err := tiles.bundle(n/width, tree.N)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveRecord(tree.N, n, reader)
		if err != nil {
			return err
		}
		err = tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(bundle[n%width]))
		if err != nil {
			return fmt.Errorf("entry %d: %v", n, err)
		}
		v.out.Inclusions++
	}
	return nil
}

// Older holds an earlier checkpoint against the tree of now.
func (v *verifier) older(path string, c checkpoint, reader tlog.HashReader) error {
	old, err := v.checkpoint(path, nil)
	if err != nil {
		return err
	}
	if old.Origin != c.Origin || old.Tree.N > c.Tree.N {
		return fmt.Errorf("%s: of %s, %d entries: not an older one", path, old.Origin, old.Tree.N)
	}
	if err = sameTree(old.Tree, reader); err != nil {
		return within(path, err)
	}
	if old.Tree.N > 0 {
		proof, err := tlog.ProveTree(c.Tree.N, old.Tree.N, reader)
		if err == nil {
			err = tlog.CheckTree(proof, c.Tree.N, c.Tree.Hash, old.Tree.N, old.Tree.Hash)
		}
		if err != nil {
			return within(path, err)
		}
	}
	v.out.Trees++
	return nil
}

// ---- proofs that were made elsewhere ----

// Proof reads a file of c2sp.org/tlog-proof@v1; its extra data is the entry.
func (v *verifier) proof(path string) error {
	head, c, err := v.split(path)
	if err != nil {
		return err
	}
	if len(head) < 3 || head[0] != "c2sp.org/tlog-proof@v1" ||
		!strings.HasPrefix(head[1], "extra ") || !strings.HasPrefix(head[2], "index ") {
		return fmt.Errorf("not a proof with its entry")
	}
	entry, err := base64.StdEncoding.DecodeString(head[1][len("extra "):])
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(head[2][len("index "):], 10, 64)
	if err != nil {
		return err
	}
	hashes, err := parseHashes(head[3:])
	if err != nil {
		return err
	}
	err = tlog.CheckRecord(hashes, c.Tree.N, c.Tree.Hash, index, tlog.RecordHash(entry))
	if err == nil {
		v.out.Proofs++
	}
	return err
}

// Growth reads a consistency proof: "old N", hashes, and the checkpoint of the
// larger tree, as a witness is sent it; the smaller one is in a file.
func (v *verifier) growth(older, path string) error {
	old, err := v.checkpoint(older, nil)
	if err != nil {
		return err
	}
	head, c, err := v.split(path)
	if err != nil {
		return err
	}
	if len(head) < 1 || head[0] != fmt.Sprintf("old %d", old.Tree.N) {
		return fmt.Errorf("does not begin with \"old %d\"", old.Tree.N)
	}
	hashes, err := parseHashes(head[1:])
	if err != nil {
		return err
	}
	err = tlog.CheckTree(hashes, c.Tree.N, c.Tree.Hash, old.Tree.N, old.Tree.Hash)
	if err == nil {
		v.out.Growth++
	}
	return err
}

// Split returns the lines before the first empty one, and the checkpoint after.
func (v *verifier) split(path string) ([]string, checkpoint, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, checkpoint{}, err
	}
	head, rest, found := strings.Cut(string(text), "\n\n")
	if !found {
		return nil, checkpoint{}, fmt.Errorf("no checkpoint in it")
	}
	c, err := v.open([]byte(rest), nil)
	return strings.Split(head, "\n"), c, err
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	hashes := []tlog.Hash{}
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}
