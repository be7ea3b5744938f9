#!/usr/bin/env bash
# Compares two transcripts of run.sh, command by command: how each ended, and all that it printed.
#   compare.sh REAL SANDBOX
# It shows every command whose answers differ, says "known" of those that known-differences.txt explains, and exits 1 if there are others, or
# if a command stands in one transcript alone. What runs on the embedded cluster only ("ours:") is left out.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
awk '
    # A command may come several times: its first answers are compared, its second ones, and so on.
    function finish() {
        if (command != "") {
            times = ++seen[side, command]
            key = command SUBSEP times
            if (side == 1 || !((1, key) in block)) order[++count] = key
            block[side, key] = text
        }
        command = text = ""
    }
    FILENAME == ARGV[1] { if ($0 !~ /^(#|$)/) known[$0] = 1; next }
    FNR == 1 { finish(); side++ }
    /^\$ / { finish(); if ($0 !~ /^\$ ours: /) command = substr($0, 3); next }
    command != "" { text = text "\n" $0 }
    END {
        finish()
        for (i = 1; i <= count; i++) {
            key = order[i]
            if (((1, key) in block) && ((2, key) in block) && block[1, key] == block[2, key]) { same++; continue }
            split(key, parts, SUBSEP)
            isKnown = (parts[1] in known)
            if (isKnown) explained++; else unexplained++
            for (s = 1; s <= 2; s++) shown[s] = (s, key) in block ? block[s, key] : "\n(not there)"
            printf "%s $ %s\n--- real%s\n--- sandbox%s\n\n", isKnown ? "known" : "UNEXPLAINED", parts[1], shown[1], shown[2]
        }
        printf "%d commands alike, %d differ as known, %d unexplained\n", same, explained, unexplained
        exit unexplained > 0
    }' "$here/known-differences.txt" "$1" "$2"
