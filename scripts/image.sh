#!/usr/bin/env bash
# Builds the container image with whatever builder is here: docker, podman or buildah. Usage: image.sh [TAG]
. "$(dirname "$0")/env.sh"
tag="${1:-autoreport}"
for builder in docker podman buildah; do
  command -v "$builder" >/dev/null || continue
  # A client without its daemon is no builder.
  [ "$builder" != docker ] || docker info >/dev/null 2>&1 || continue
  echo "Building with $builder"
  # The health check is part of Docker's image format only.
  format=(--format docker)
  [ "$builder" != docker ] || format=()
  exec "$builder" build "${format[@]}" --tag "$tag" .
done
echo "No container builder was found. Install one, for example: apt-get install buildah" >&2
exit 1
