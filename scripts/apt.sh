# Sourced by the set-up stages: installs Debian packages, as root or through sudo.

APT_LISTS_FRESH=no

# apt_install PACKAGE...: installs what is missing. Fails with one sentence where there is no apt or no right to use it.
apt_install() {
  local missing=() package as=()
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "This machine has no apt. Install these yourself, then run the command again: ${missing[*]}" >&2
    return 1
  fi
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "Installing ${missing[*]} needs root. Run 'apt-get install ${missing[*]}' as root, then run the command again." >&2
      return 1
    fi
    as=(sudo)
  fi
  echo "Installing ${missing[*]}"
  if [ "$APT_LISTS_FRESH" = no ]; then
    "${as[@]}" apt-get update -qq || true
    APT_LISTS_FRESH=yes
  fi
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}" >/dev/null
}

# apt_unpack FOLDER PACKAGE...: puts the files of packages into a folder. Nothing is installed, so nothing is started.
apt_unpack() {
  local folder="$1" packages as=()
  shift
  if ! command -v apt-get >/dev/null; then
    echo "This machine has no apt. Install these yourself, then run the command again: $*" >&2
    return 1
  fi
  if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null; then as=(sudo); fi
  packages="$(mktemp -d)"
  if ! (cd "$packages" && apt-get download -qq "$@" 2>/dev/null); then
    "${as[@]}" apt-get update -qq || true
    (cd "$packages" && apt-get download -qq "$@")
  fi
  rm -rf "$folder" "$folder.new"
  mkdir -p "$folder.new"
  local package
  for package in "$packages"/*.deb; do dpkg-deb -x "$package" "$folder.new"; done
  mv "$folder.new" "$folder"
  rm -rf "$packages"
}

# need COMMAND PACKAGE...: installs the packages when the command is not there.
need() {
  local wanted="$1"
  shift
  command -v "$wanted" >/dev/null || apt_install "$@"
}
