#!/usr/bin/env bash
# Times pipelines of steps beside other engines on the same Parquet files: bench/pipelines.sh [dev|release] [options of pipelines.py]
source "$(dirname "$0")/../scripts/common.sh"
profile=${1:-dev}
shift || true
folder=${XDG_CACHE_HOME:-$HOME/.cache}/aracari-bench
python=$folder/venv/bin/python
need python3 "install Python 3.10 or newer with its venv module"
if [ ! -x "$python" ] || ! "$python" -c 'import duckdb, polars, pyarrow' 2>/dev/null; then
  say "Installing the engines to compare with into $folder"
  python3 -m venv "$folder/venv"
  "$python" -m pip install --quiet duckdb polars pyarrow
  # Its pins fit few versions of Python; without it the table has a gap.
  "$python" -m pip install --quiet 'weaverbird[pandas]' 'pyarrow<20' || echo "Left out: weaverbird (pip could not install it)" >&2
fi
say "Building the pipelines' program ($profile profile)"
program=$(cargo build --workspace --locked --bench pipelines --profile "$profile" --message-format=json |
  grep '"name":"pipelines"' | sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
"$python" bench/pipelines.py "$program" "$folder" "$@"
