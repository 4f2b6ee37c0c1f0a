# SPDX-License-Identifier: BSD-2-Clause
"""Makes mutants of policy/*.c, one change each, and runs the unit tests that
link nothing but policy on each of them. Prints who survived."""

import argparse
import concurrent.futures
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CC = os.environ.get("CC", "cc")
CFLAGS = ["-std=c11", "-D_GNU_SOURCE", "-DPACKET_PAIRS=40000", "-fPIC", "-w",
          "-I" + ROOT]
GOAL = 80.0

# Comments, strings, characters and preprocessor lines are no place to change;
# what is left are words, numbers and operators.
TOKEN = re.compile(
    r"""(?P<skip>/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'
        |^[ \t]*\#(?:\\\n|[^\n])*)
      |(?P<number>\b(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*\b)
      |(?P<word>[A-Za-z_]\w*)
      |(?P<op><<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+<>!=&|*/%^~?:;,.(){}\[\]])
    """, re.S | re.M | re.X)

SWAPS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
         "&&": "||", "||": "&&", "+": "-", "-": "+", "+=": "-=", "-=": "+="}
WORDS = {"true": "false", "false": "true"}
NOT_HERE = ("_Static_assert", "assert", "__attribute__")


def tokens_of(text):
    return [m for m in TOKEN.finditer(text) if m.lastgroup != "skip"]


def closing(tokens, at):
    """The index of the parenthesis that closes the one at index at."""
    depth = 0
    for i in range(at, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[i].group(), 0)
        if depth == 0:
            return i
    return at


def is_binary(tokens, i):
    before = tokens[i - 1]
    return before.lastgroup in ("word", "number") and before.group() != "return" \
        or before.group() in (")", "]")


def number_plus_one(text):
    digits = text.rstrip("uUlL")
    value = int(digits, 16) if digits[:2].lower() == "0x" else int(digits, 10)
    form = hex(value + 1) if digits[:2].lower() == "0x" else str(value + 1)
    return form + text[len(digits):]


def changes_at(tokens, i):
    """(start, end, new text) of each change that begins at token i."""
    token, word = tokens[i], tokens[i].group()
    if token.lastgroup == "number":
        if word[0] == "0" and len(word.rstrip("uUlL")) > 1 and word[1] not in "xX":
            return
        yield token.start(), token.end(), number_plus_one(word)
    elif word in WORDS:
        yield token.start(), token.end(), WORDS[word]
    elif word in SWAPS and i > 0 and (word not in "+-" or is_binary(tokens, i)):
        yield token.start(), token.end(), SWAPS[word]
    elif word == "if" and tokens[i + 1].group() == "(":
        end = tokens[closing(tokens, i + 1)]
        yield tokens[i + 1].start(), end.end(), None
    elif word == "return" and tokens[i + 1].group() == "-":
        yield tokens[i + 1].start(), tokens[i + 1].end(), ""


class Mutant:
    def __init__(self, path, text, change):
        self.path = path
        start, end, new = change
        old = text[start:end]
        if new is None:
            new = "(!" + old + ")"
        self.text = text[:start] + new + text[end:]
        self.line = text.count("\n", 0, start) + 1
        bol = text.rfind("\n", 0, start) + 1
        eol = text.find("\n", end)
        self.before = " ".join(text[bol:eol].split())
        self.after = " ".join((text[bol:start] + new + text[end:eol]).split())

    def __str__(self):
        return "%s:%d\n    - %s\n    + %s" % (
            os.path.relpath(self.path, ROOT), self.line, self.before, self.after)


def mutants_of(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    tokens = tokens_of(text)
    skip_to = -1
    for i, token in enumerate(tokens):
        if token.group() in NOT_HERE and i + 1 < len(tokens):
            skip_to = closing(tokens, i + 1)
        if i <= skip_to:
            continue
        for change in changes_at(tokens, i):
            yield Mutant(path, text, change)


def tests_listed():
    """(name, sources) of each unit test that links policy and nothing else."""
    folder = os.path.join(ROOT, "tests", "unit")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".cmake"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = re.sub(r"#[^\n]*", "", file.read())
        loops = re.compile(r"foreach\((\w+)\s+([^)]*)\)(.*?)endforeach\(\)", re.S)
        for loop in list(loops.finditer(text)):
            body = "".join(loop.group(3).replace("${%s}" % loop.group(1), value)
                           for value in loop.group(2).split())
            text = text.replace(loop.group(0), body)
        for call in re.finditer(r"sluice_test\(unit\s+([^)]*)\)", text):
            words = call.group(1).split()
            libs = words[1:words.index("SOURCES")] if "SOURCES" in words else words[1:]
            sources = words[words.index("SOURCES") + 1:] if "SOURCES" in words else []
            if libs == ["policy"]:
                yield words[0], sources


def run(args, timeout=None, env=None):
    try:
        return subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=timeout,
                              env=env, check=False).returncode
    except subprocess.TimeoutExpired:
        return -1


def must(args):
    if subprocess.run(args, check=False).returncode != 0:
        sys.exit("cannot build: " + " ".join(args))


class Bench:
    """The unchanged policy and its tests, built once."""

    def __init__(self, folder):
        self.folder = folder
        self.sources = policy_sources()
        self.objects = {}
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for path in self.sources:
                self.objects[path] = os.path.join(
                    folder, os.path.basename(path)[:-2] + ".o")
            list(pool.map(lambda p: must(compile_args(p, self.objects[p])),
                          self.sources))
            self.link(folder, self.objects)
            self.tests = [name for name, _ in tests_listed()]
            list(pool.map(lambda t: self.build_test(*t), tests_listed()))
        self.seconds = {}
        for name in self.tests:
            started = time.monotonic()
            if self.run_test(name, folder, None) != 0:
                sys.exit("test fails on the unchanged policy: " + name)
            self.seconds[name] = time.monotonic() - started
            if self.seconds[name] > 1:
                print("%s takes %.1f s" % (name, self.seconds[name]))
        self.tests.sort(key=lambda name: self.seconds[name])

    def link(self, folder, objects):
        must([CC, "-shared", "-o", os.path.join(folder, "libpolicy.so")]
             + list(objects.values()) + ["-lm"])

    def build_test(self, name, sources):
        paths = [os.path.join(ROOT, "tests", "unit", name + ".c")]
        paths += [os.path.join(ROOT, "tests", source) for source in sources]
        must([CC] + CFLAGS + ["-O1"] + paths + [
            "-o", os.path.join(self.folder, name), "-L" + self.folder,
            "-lpolicy", "-lcmocka", "-lm"])

    def run_test(self, name, folder, timeout):
        env = dict(os.environ, LD_LIBRARY_PATH=folder)
        return run([os.path.join(self.folder, name)], timeout, env)

    def tests_for(self, path):
        """The file's own tests first, then the quick ones."""
        stem = os.path.basename(path)[:-2]
        return sorted(self.tests, key=lambda n: stem not in n)


def compile_args(path, out):
    return [CC] + CFLAGS + ["-O1", "-c", path, "-o", out]


def policy_sources():
    """What the library is made of now."""
    with open(os.path.join(ROOT, "policy", "CMakeLists.txt"), encoding="utf-8") as file:
        text = re.sub(r"#[^\n]*", "", file.read())
    paths = [os.path.join(ROOT, "policy", name) for name in re.findall(r"\b\w+\.c\b", text)]
    return [path for path in paths if os.path.exists(path)]


class Worker(threading.local):
    folder = None


WORKER = Worker()


def judge_mutant(bench, mutant):
    """invalid, equal, killed, survived, or late when the time is up."""
    if time.monotonic() > bench.deadline:
        return "late"
    if WORKER.folder is None:
        WORKER.folder = tempfile.mkdtemp(dir=bench.folder)
    folder = WORKER.folder
    name = os.path.basename(mutant.path)
    # One name for all mutants of a file: it is in the object, too.
    source = os.path.join(folder, name)
    target = os.path.join(folder, name[:-2] + ".o")
    with open(source, "w", encoding="utf-8") as file:
        file.write(mutant.text)
    if run(compile_args(source, target)) != 0:
        return "invalid"
    with open(target, "rb") as new, open(bench.objects[mutant.path], "rb") as old:
        # The compiler sees no difference: there is none to be noticed.
        if new.read().replace(source.encode(), b"") == \
                old.read().replace(mutant.path.encode(), b""):
            return "equal"
    objects = dict(bench.objects)
    objects[mutant.path] = target
    bench.link(folder, objects)
    for test in bench.tests_for(mutant.path):
        limit = 10 + 10 * bench.seconds[test]
        if bench.run_test(test, folder, limit) != 0:
            return "killed"
    return "survived"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("n", nargs="?", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="files whose name has this")
    parser.add_argument("--seconds", type=float, default=float("inf"),
                        help="begin no mutant after so long")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="mutate-")
    counts = {"invalid": 0, "equal": 0, "killed": 0, "survived": 0, "late": 0}
    survivors = []
    try:
        bench = Bench(folder)
        bench.deadline = time.monotonic() + args.seconds
        print("%d tests, %.1f s unchanged" % (
            len(bench.tests), sum(bench.seconds.values())), flush=True)
        mutants = [m for path in bench.sources if args.only in os.path.basename(path)
                   for m in mutants_of(path)]
        random.Random(args.seed).shuffle(mutants)
        print("%d of %d mutants" % (min(args.n, len(mutants)), len(mutants)), flush=True)
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            asked = mutants[:args.n]
            for mutant, end in zip(asked, pool.map(
                    lambda m: judge_mutant(bench, m), asked)):
                counts[end] += 1
                if end == "survived":
                    survivors.append(mutant)
                    print("survived: %s" % mutant, flush=True)
    finally:
        shutil.rmtree(folder)
    judged = counts["killed"] + counts["survived"]
    score = 100.0 * counts["killed"] / judged if judged else 0.0
    print("killed %(killed)d, survived %(survived)d, no change %(equal)d, "
          "do not compile %(invalid)d, not begun %(late)d" % counts)
    print("score %.1f %%" % score)
    return 0 if score >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
