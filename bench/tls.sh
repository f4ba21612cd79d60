#!/usr/bin/env bash
# Measures what HTTPS adds to a cold start: starts `inference` behind a proxy that opens TLS in
# front of the local factory, and behind one that only passes bytes on. Takes the build of
# bench/run.sh. Options are those of bench/run.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly built=$PWD/target/bench/release work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT

# An authority of its own beside those of the system, and a certificate for the proxy.
certs=$work/certs
mkdir "$certs"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2 \
    -subj "/CN=bench" -keyout "$certs/authority.key" -out "$certs/authority.pem" 2>/dev/null
openssl req -newkey rsa:2048 -noenc -subj "/CN=127.0.0.1" \
    -addext "subjectAltName=IP:127.0.0.1" -keyout "$certs/proxy.key" -out "$certs/proxy.csr" 2>/dev/null
openssl x509 -req -days 2 -copy_extensions copy -in "$certs/proxy.csr" \
    -CA "$certs/authority.pem" -CAkey "$certs/authority.key" -out "$certs/proxy.pem" 2>/dev/null
cat /etc/ssl/certs/ca-certificates.crt "$certs/authority.pem" > "$certs/bundle.pem"

for scheme in http https; do
    folder=$work/$scheme certificate=()
    mkdir "$folder"
    if [[ $scheme == https ]]; then certificate=("$certs/proxy.pem" "$certs/proxy.key"); fi
    python3 bench/tls/proxy.py "$folder/address" "${certificate[@]}" > "$folder/port" 2>/dev/null &
    until [[ -s $folder/port ]]; do sleep 0.1; done
    ln -s "$built"/{training-trigger,drift-check,echo} "$folder"
    cat > "$folder/inference" <<EOF
#!/bin/sh
echo "\$AWS_ENDPOINT_URL" > $folder/address
export AWS_ENDPOINT_URL=$scheme://127.0.0.1:$(cat "$folder/port") SSL_CERT_FILE=$certs/bundle.pem
exec $built/inference
EOF
    chmod +x "$folder/inference"
    echo "Through $scheme:"
    "$built/bench" --binaries "$folder" --models target/bench/data/serving \
        --python .venv/serving/bin/python "$@" | sed -n 1,3p
done
