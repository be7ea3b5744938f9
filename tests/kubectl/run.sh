#!/usr/bin/env bash
# Puts kubectl through the lines of commands.txt and writes a transcript: each command, how it ended, what it printed.
#   run.sh old|new > transcript      KUBECTL (kubectl) and KUBECONFIG say with what and where
# What differs from cluster to cluster (names of nodes and pods, ages, addresses, versions) is taken out. It exits 1 if a line that
# must not fail does, or one that must fail does not.
set -u
generation=${1:?old or new}
program=${KUBECTL:-kubectl}
kubectl() { command "$program" "$@"; }
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
schedulable=$(kubectl get nodes -o go-template='{{range .items}}{{$ready := false}}{{range .status.conditions}}{{if and (eq .type "Ready") (eq .status "True")}}{{$ready = true}}{{end}}{{end}}{{if and $ready (not .spec.unschedulable) (not .spec.taints)}}{{.metadata.name}}{{"\n"}}{{end}}{{end}}')
NODE=$(sed -n 1p <<< "$schedulable")
OTHER=$(sed -n 2p <<< "$schedulable")
[ -n "$OTHER" ] || { echo "it takes two nodes that are ready for pods" >&2; exit 2; }
kubectl api-versions | grep -qx policy/v1 && POLICY=policy/v1 || POLICY=policy/v1beta1
nodes=$(kubectl get nodes -o jsonpath='{range .items[*]}{.metadata.name}{"\n"}{end}')
normal() { sed -E -e "$(sed 's/.*/s#\\b&\\b#NODE#g/' <<< "$nodes")" -e 's/(web|front)-[a-z0-9]{5,10}-[a-z0-9]{5}/POD/g; s/(web|front)-[a-f0-9bcdfghjklmnpqrstvwxz]{8,10}/SET/g; s/revision #[0-9]+/revision/; s/[0-9]+m?s ago/ago/; s/\(x[0-9]+ over [0-9a-z]+\)/(again)/'; }
failed=0
while IFS= read -r line; do
    case $line in '' | '#'*) continue ;; esac
    only=old must=succeed command=$line
    case $command in 'new: '*) only=new command=${command#new: } ;; esac
    case $command in 'fails: '*) must=fail command=${command#fails: } ;; esac
    [ $only = new ] && [ "$generation" = old ] && continue
    output=$(eval "$command" 2>&1 < /dev/null)
    code=$?
    verdict=ok
    if { [ $must = succeed ] && [ $code -ne 0 ]; } || { [ $must = fail ] && [ $code -eq 0 ]; }; then verdict=WRONG failed=1; fi
    printf '$ %s\n[%s %s]\n%s\n' "$line" "$verdict" "$code" "$output" | normal
done < "$here/commands.txt"
exit $failed
