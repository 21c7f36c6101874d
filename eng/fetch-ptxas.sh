#!/usr/bin/env bash
# Fetches NVIDIA's assembler for the tests: ptxas, cuobjdump and nvdisasm out of Debian's non-free package nvidia-cuda-toolkit, unpacked into
# a cache, not installed. Prints the path of ptxas; where it cannot be had, one line to stderr that says why, and status 1.
# The machine's own package sources are used, with the non-free component added in a temporary configuration.
set -euo pipefail

cache="${FCN_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/fcn}/ptxas"
if [ -x "$cache/ptxas" ]; then
    echo "$cache/ptxas"
    exit 0
fi

give_up() {
    echo "ptxas: $1; tests that assemble PTX will skip" >&2
    exit 1
}

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || give_up "not a Debian machine"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/sources" "$work/lists/partial" "$work/archives/partial"
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    case "$file" in
        *.sources) sed -E 's/^Components:.*/Components: main contrib non-free non-free-firmware/' "$file" >"$work/sources/$(basename "$file")" ;;
        *.list) if [ -f "$file" ]; then sed -E 's/^(deb .*) main( .*)?$/\1 main contrib non-free/' "$file" >"$work/sources/$(basename "$file")"; fi ;;
    esac
done
apt=(apt-get -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/sources" -o Dir::State::Lists="$work/lists"
    -o Dir::Cache::Archives="$work/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root -o Acquire::Languages=none)
"${apt[@]}" update >"$work/log" 2>&1 || give_up "the package lists could not be fetched ($(tail -n 1 "$work/log"))"
(cd "$work/archives" && "${apt[@]}" download nvidia-cuda-toolkit) >"$work/log" 2>&1 ||
    give_up "the package sources have no nvidia-cuda-toolkit ($(tail -n 1 "$work/log"))"
dpkg-deb --fsys-tarfile "$work"/archives/nvidia-cuda-toolkit_*.deb |
    tar -x -C "$work" --wildcards '*/usr/bin/ptxas' '*/usr/bin/cuobjdump' '*/usr/bin/nvdisasm' >"$work/log" 2>&1 ||
    give_up "the package holds no ptxas ($(tail -n 1 "$work/log"))"
"$work/usr/bin/ptxas" --version >/dev/null 2>&1 || give_up "the package's ptxas does not run here ($(uname -m))"
mkdir -p "$cache"
mv "$work"/usr/bin/{cuobjdump,nvdisasm} "$cache/"
mv "$work/usr/bin/ptxas" "$cache/ptxas"
echo "$cache/ptxas"
