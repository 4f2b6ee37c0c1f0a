// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	height = 8
	width  = 1 << height
)

// Tiles reads the files of C2SP tlog-tiles; tlog's paths differ from them only
// in that they name the height, too.
type tiles struct {
	folder string
	read   int
}

func (t *tiles) Height() int { return height }

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d octets", path, len(data))
		}
		t.read++
		out = append(out, data)
	}
	return out, nil
}

// Bundle returns the entries of one bundle of a log of size entries.
func (t *tiles) bundle(n, size int64) ([][]byte, error) {
	tile := tlog.Tile{H: height, L: 0, N: n, W: width}
	if left := size - n*width; left < width {
		tile.W = int(left)
	}
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(t.folder, path))
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for len(data) >= 2 {
		length := 2 + int(binary.BigEndian.Uint16(data))
		if length > len(data) {
			break
		}
		out = append(out, data[2:length])
		data = data[length:]
	}
	if len(data) > 0 || len(out) != tile.W {
		return nil, fmt.Errorf("%s: %d entries, %d octets left", path, len(out), len(data))
	}
	return out, nil
}
