#!/usr/bin/env bash
# Runs a Python that has aiosmtpd: the one installed for the project, the system's, or the first on PATH.
tools="${CARGO_TARGET_DIR:-$(dirname "$0")/../target}/tools/python/bin/python3"
for python in "$tools" /usr/bin/python3 python3; do
  if command -v "$python" >/dev/null && "$python" -c 'import aiosmtpd' 2>/dev/null; then exec "$python" "$@"; fi
done
echo "No Python with aiosmtpd was found. Run scripts/setup.sh test." >&2
exit 1
