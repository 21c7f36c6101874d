#!/usr/bin/env bash
# What our compiler costs a build. build.sh [ROW…]: all rows, in a few minutes on two quiet cores, or those that are named:
#   text       characters and files that are generated, CPU and CUDA
#   generator  the generator's own time: first run in a fresh process, an attribute changed, another file edited
#   edit       dotnet build after an edit of Program.cs, of a project outside the repository with a network and of the same without, in turn
#   clean      the solution from a fresh clone of HEAD, and the size of Fcn.Models.dll
# TIMES: how often (5); CLEAN: how often from clean (1); CI_SECONDS: what .ci/run took, if it is known; OUT: where the table goes. Without
# it, all rows go to results/build.md and some of them to the screen alone.
# The compiler's server is left running, as a user's would be, and ends by itself.
source "$(dirname "$0")/common.sh"
ROWS=" ${*:-text generator edit clean} "
TIMES=${TIMES:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { echo "$@" >> "$work/measured"; }
now() { date +%s.%N; }
if [ -n "${CI_SECONDS:-}" ]; then say ci "{\"seconds\": $CI_SECONDS}"; fi

six=(bench/networks/SixConvolutions.cs)
fcn8s=(Fcn.Models/Fcn8s.cs Fcn.Models/Vgg16.cs)

if [[ $ROWS == *" text "* ]]; then
    say text:six "$("$BENCH" text "${six[@]}")"
    say text:fcn8s "$("$BENCH" text "${fcn8s[@]}")"
    for other in Fcn32s Fcn16s Fcn8sAtOnce; do say "text:$other" "$("$BENCH" text "${fcn8s[@]}" "Fcn.Models/$other.cs")"; done
fi

if [[ $ROWS == *" generator "* ]]; then
    for ((i = 0; i < TIMES; i++)); do say generator "$("$BENCH" generator "${fcn8s[@]}")"; done
fi

# project NAME TYPE [FILE…]: a user's project whose program names the type.
project() {
    local folder="$work/$1"
    mkdir "$folder"
    if [ $# -gt 2 ]; then cp "${@:3}" "$folder"; fi
    echo "using Fcn; using Fcn.Models; Console.WriteLine(typeof($2)); namespace Fcn.Models { } // 0" > "$folder/Program.cs"
    cat > "$folder/$1.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
  </PropertyGroup>
  <ItemGroup>
    <ProjectReference Include="$PWD/Fcn.Runtime/Fcn.Runtime.csproj" />
    <ProjectReference Include="$PWD/Fcn.Generator/Fcn.Generator.csproj" OutputItemType="Analyzer" ReferenceOutputAssembly="false" />
  </ItemGroup>
  <Import Project="$PWD/Fcn.Generator/build/Fcn.Generator.targets" />
</Project>
PROJECT
    dotnet restore "$folder" --nologo --verbosity quiet >&2
}

# edited NAME: seconds that dotnet build takes after an edit.
edited() {
    sed -i "s#// .*#// $(now)#" "$work/$1/Program.cs"
    local from
    from=$(now)
    dotnet build "$work/$1" --configuration Release --no-restore --nologo --verbosity quiet >&2
    echo "{\"seconds\": $(echo "$(now) $from" | awk '{ print $1 - $2 }')}"
}

if [[ $ROWS == *" edit "* ]]; then
    project Plain Network
    project Six SixConvolutions "${six[@]}"
    project Eight Fcn8s "${fcn8s[@]}"
    for name in Plain Six Eight; do edited "$name" > "$work/ignored"; done   # referenced projects are up to date, the server is warm
    for ((i = 0; i < TIMES; i++)); do
        for name in Plain Six Eight; do say "edit:$name" "$(edited "$name")"; done
    done
    for name in Plain Six Eight; do say "bytes:$name" "{\"bytes\": $(stat -c %s "$work/$name/bin/Release/net10.0/$name.dll")}"; done
fi

if [[ $ROWS == *" clean "* ]]; then
    for ((i = 0; i < ${CLEAN:-1}; i++)); do
        git clone --quiet --no-hardlinks . "$work/clone"
        cd "$work/clone"
        from=$(now)
        dotnet restore FcnCompiler.sln --nologo --verbosity quiet -nodeReuse:false >&2
        restored=$(now)
        dotnet build FcnCompiler.sln --configuration Release --no-restore --nologo --verbosity quiet -nodeReuse:false \
            -p:UseSharedCompilation=false >&2
        say clean "$(echo "$from $restored $(now)" | awk '{ printf "{\"restore\": %.1f, \"build\": %.1f}", $2 - $1, $3 - $2 }')"
        say bytes:models "{\"bytes\": $(stat -c %s Fcn.Models/bin/Release/net10.0/Fcn.Models.dll)}"
        cd - > /dev/null
        rm -rf "$work/clone"
    done
fi

if [ $# -eq 0 ]; then OUT=${OUT:-bench/results/build.md}; fi
"$PYTHON" bench/build_table.py "$work/measured" | tee "${OUT:-/dev/null}"
