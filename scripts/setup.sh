# shellcheck shell=bash disable=SC2016
# What `run`, `test` and `check` share: finds a Python, makes .venv and keeps it up to date, installs system packages
# when it may. Sourced by them, never run by itself. Second time round it costs a checksum.
#
# Nothing is written outside the project but Debian packages; what cannot be installed is named in `missing`.

ROOT=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)
VENV=$ROOT/.venv
missing=()  # system packages that tests need and that could not be installed

# A bare PATH (cron, sudo) lacks what dpkg and venv need; the user's own directories stay first.
export PATH="${PATH:+$PATH:}/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
# Foreign Python settings would leak into the environment that is made here.
unset PYTHONHOME PYTHONPATH
export PYTHONNOUSERSITE=1 PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
[[ -w ${HOME:-/nonexistent} ]] || export PIP_NO_CACHE_DIR=1  # else pip warns at each call

# French first, as config/language.py.
_language=fr
for _value in "${TEPOS_LANG:-}" "${LC_ALL:-}" "${LC_MESSAGES:-}" "${LANG:-}"; do
  [[ -n $_value ]] || continue
  [[ ${_value,,} == en* ]] && _language=en
  break
done

say() {  # FRENCH ENGLISH: one line for the person at the terminal
  if [[ $_language == en ]]; then printf 'tepos: %s\n' "$2" >&2; else printf 'tepos : %s\n' "$1" >&2; fi
}

die() { say "$@"; exit 1; }

# --- system packages -------------------------------------------------------------------------------------------------

_as_root() { if (( EUID == 0 )); then "$@"; else sudo -n "$@"; fi; }

_apt_said=
_may_install() {
  command -v apt-get >/dev/null || return 1
  (( EUID == 0 )) || sudo -n true 2>/dev/null
}

_apt() {
  # stdin closed: debconf must never wait for an answer. The timeout waits for another apt to finish.
  _apt_said=$(_as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 \
    -o Dpkg::Use-Pty=0 "$@" </dev/null 2>&1)
}

_policy=/usr/sbin/policy-rc.d
_policy_mark='made by scripts/setup.sh of tepos: no service starts while its packages install'

# Debian starts a service as soon as its package is installed. We need the program, not a daemon on port 8086.
# Somebody else's policy stays untouched; ours, left by an interrupted run, is taken away by the next one.
_hold_services() {
  [[ -e $_policy ]] && ! grep -qsF -- "$_policy_mark" "$_policy" && return
  _as_root sh -c 'printf "#!/bin/sh\n# %s\nexit 101\n" "$1" >"$2" && chmod 755 "$2"' sh "$_policy_mark" "$_policy"
}

_release_services() {
  if grep -qsF -- "$_policy_mark" "$_policy"; then _as_root rm -f -- "$_policy"; fi
}

_apt_ready=
_apt_install() {  # PACKAGE...: true when installed
  _may_install || return 1
  if [[ -z $_apt_ready ]]; then
    # One broken third-party source must not stop the rest; the installation tells.
    _apt update || true
    _apt_ready=yes
  fi
  trap _release_services EXIT
  local result=0
  _hold_services && _apt install --no-install-recommends -y "$@" || result=$?
  _release_services
  trap - EXIT
  (( result == 0 )) || printf '%s\n' "$_apt_said" | tail -n 5 >&2
  return "$result"
}

need_tool() {  # COMMAND PACKAGE: the command exists afterwards, or the package stands in `missing`
  command -v "$1" >/dev/null && return
  _may_install || { missing+=("$2"); return; }
  say "installation du paquet système $2 ..." "installing the system package $2 ..."
  if _apt_install "$2" && hash -r && command -v "$1" >/dev/null; then
    # Not at the next start of the machine either: this one came for the tests only.
    if command -v systemctl >/dev/null; then _as_root systemctl --quiet disable "$2.service" 2>/dev/null || true; fi
    return
  fi
  missing+=("$2")
}

need_library() {  # FILE PACKAGE...: a shared library that Python packages load at run time
  ldconfig -p 2>/dev/null | grep -qF "$1" && return
  shift
  _may_install || { missing+=("$@"); return; }
  say "installation des paquets système $* ..." "installing the system packages $* ..."
  _apt_install "$@" || missing+=("$@")
}

# --- Python ----------------------------------------------------------------------------------------------------------

# A pyenv shim is a file that exists and may not run: each candidate is tried, all those behind it in PATH too.
_find_python() {
  local name candidate
  for name in python3.11 python3.12 python3.13 python3.14 python3; do
    while IFS= read -r candidate; do
      if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' </dev/null >/dev/null 2>&1; then
        printf '%s\n' "$candidate"
        return
      fi
    done < <(type -aP "$name" || true)
  done
  return 1
}

_install_python() {
  local version
  if _may_install; then
    say "aucun Python 3.11 ou plus récent : installation ..." "no Python 3.11 or newer: installing ..."
  fi
  _apt_install python3 python3-venv && _find_python >/dev/null && return
  for version in 3.13 3.12 3.11; do  # an older Debian or Ubuntu may offer a newer one beside its own
    _apt_install "python$version" "python$version-venv" && _find_python >/dev/null && return
  done
  die "il faut Python 3.11 ou plus récent. Tapez : sudo apt-get install python3 python3-venv" \
    "Python 3.11 or newer is needed. Type: sudo apt-get install python3 python3-venv"
}

_make_venv() {
  local python package output
  _find_python >/dev/null || _install_python
  python=$(_find_python)
  package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  rm -rf -- "$VENV"
  mkdir -- "$VENV"
  : >"$VENV/unfinished"
  # Debian's Python has no ensurepip until python3-venv is installed.
  if ! output=$("$python" -m venv "$VENV" 2>&1); then
    _apt_install "$package" || true
    if ! output=$("$python" -m venv "$VENV" 2>&1); then
      printf '%s\n' "$output" >&2
      die "$python ne sait pas créer d'environnement. Tapez : sudo apt-get install $package" \
        "$python cannot make an environment. Type: sudo apt-get install $package"
    fi
  fi
}

# Its commands carry the path they were installed under: a clone that was moved or copied needs its own.
_venv_stands() {
  [[ $("$VENV/bin/pip" --version 2>/dev/null) == "pip "*" from $VENV/"* ]]
}

# What the environment was made from. The path counts: an editable installation points to it.
_fingerprint() {
  local version
  version=$("$VENV/bin/python" -c 'import sys; print(sys.version)' 2>/dev/null) || return 1
  printf '%s\n%s\n%s\n' "$(sha256sum <"$ROOT/pyproject.toml")" "$version" "$ROOT"
}

ensure_venv() {  # run|dev: .venv holds the project, and for dev the tools of its tests
  local kind=$1 now waited
  # Two scripts started together must not install into one environment at once.
  if command -v flock >/dev/null; then exec 9<"$ROOT" && flock 9; fi
  if ! { [[ ! -e $VENV/unfinished ]] && now=$(_fingerprint) && [[ $now == "$(cat "$VENV/stamp-$kind" 2>/dev/null)" ]]; }; then
    # An interrupted installation leaves packages that look whole: start again rather than trust them.
    if [[ -e $VENV/unfinished ]] || ! _venv_stands; then _make_venv; fi
    : >"$VENV/unfinished"
    waited=$SECONDS
    say "installation dans .venv (une à deux minutes la première fois) ..." \
      "installing into .venv (a minute or two the first time) ..."
    local pip=("$VENV/bin/python" -m pip install --quiet) what=(--editable .)
    [[ $kind == run ]] || what+=(--group dev)
    # An older pip does not know dependency groups.
    if ! "${pip[@]}" --upgrade 'pip>=25.1' || ! (cd -- "$ROOT" && "${pip[@]}" "${what[@]}"); then
      die "l'installation a échoué (voir ci-dessus) ; relancez la même commande une fois la cause levée" \
        "the installation failed (see above); run the same command again once the cause is gone"
    fi
    rm -f -- "$VENV"/stamp-*
    _fingerprint >"$VENV/stamp-$kind"
    [[ $kind == run ]] || cp -- "$VENV/stamp-dev" "$VENV/stamp-run"
    rm -f -- "$VENV/unfinished"
    say "installé en $((SECONDS - waited)) s" "installed in $((SECONDS - waited)) s"
  fi
  if command -v flock >/dev/null; then exec 9<&-; fi
}

# --- steps of a check ------------------------------------------------------------------------------------------------

failed=()
step() {  # NAME COMMAND...: run it from the project's root, tell the seconds, go on whatever happens
  local name=$1 start=$SECONDS result=0
  shift
  printf '== %s\n' "$name"
  (cd -- "$ROOT" && "$@") || result=$?
  if (( result == 0 )); then
    printf '== %s: ok, %d s\n' "$name" $((SECONDS - start))
  else
    printf '== %s: FAILED (exit code %d), %d s\n' "$name" "$result" $((SECONDS - start))
    failed+=("$name")
  fi
}

check_steps() {  # style, types, layers
  step 'ruff check' "$VENV/bin/ruff" check .
  step 'ruff format' "$VENV/bin/ruff" format --check .
  step 'mypy' "$VENV/bin/mypy"
  step 'lint-imports' "$VENV/bin/lint-imports" --no-logo
}

summary() {  # exit as the steps deserve
  if (( ${#failed[@]} )); then
    printf '== failed: %s\n' "$(IFS=,; printf '%s' "${failed[*]}")"
    exit 1
  fi
  printf '== all steps passed, %d s\n' "$SECONDS"
}
